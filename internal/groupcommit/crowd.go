package groupcommit

// crowd tells how many of those who write what somebody waits for are in a group. Where all who
// come are in each, the writer is what they wait for, and the processors have time; where some are
// elsewhere, being served, they have not.
type crowd struct {
	usual, most int // of the groups with urgent writes, the latest counting most; in 1/crowdUnit
}

const (
	crowdUnit = 256
	// A group counts for one in so many of what is usual; what was the most is forgotten more slowly.
	crowdOf     = 16
	crowdMostOf = 64
)

// wrote is told of each group.
func (c *crowd) wrote(urgent int) {
	if urgent == 0 {
		return
	}
	c.usual += (urgent*crowdUnit - c.usual) / crowdOf
	c.most = max(urgent*crowdUnit, c.most-c.most/crowdMostOf)
}

// share is what the backlog has of a group with urgent writes; see queue.next.
func (c *crowd) share() int {
	if c.most >= busyGroup*crowdUnit && 4*c.usual >= 3*c.most {
		return crowdedShare
	}
	return callersShare
}
