package groupcommit

import "testing"

// TestTheBacklogsShareIsLargeWhereAllAreInEachGroup: nobody is elsewhere who needs the processors.
func TestTheBacklogsShareIsLargeWhereAllAreInEachGroup(t *testing.T) {
	for name, test := range map[string]struct {
		groups []int // of urgent writes, again and again
		want   int
	}{
		"all in each":            {[]int{64}, crowdedShare},
		"nearly all":             {[]int{64, 60, 52, 64}, crowdedShare},
		"groups of every size":   {[]int{64, 30, 4, 12, 50, 1}, callersShare},
		"half in turns":          {[]int{32, 31, 33, 1}, callersShare},
		"a few":                  {[]int{busyGroup - 1}, callersShare},
		"backlog alone between":  {[]int{64, 0, 0, 0}, crowdedShare},
		"one busy group in many": {[]int{64, 2, 2, 2, 2, 2, 2, 2}, callersShare},
	} {
		var c crowd
		for range 200 {
			for _, urgent := range test.groups {
				c.wrote(urgent)
			}
		}
		if got := c.share(); got != test.want {
			t.Errorf("%s: one of backlog for %d, want for %d", name, got, test.want)
		}
	}
}

// TestACrowdThatWasLargerIsForgotten: fewer callers are all there are by now.
func TestACrowdThatWasLargerIsForgotten(t *testing.T) {
	var c crowd
	for range 200 {
		c.wrote(1000)
	}
	groups := 0
	for c.wrote(16); c.share() != crowdedShare; c.wrote(16) {
		if groups++; groups > 10*crowdMostOf {
			t.Fatalf("%d groups later 1,000 are still waited for", groups)
		}
	}
}

// TestTheBacklogHasItsShareOfAll, whatever the sizes of the groups.
func TestTheBacklogHasItsShareOfAll(t *testing.T) {
	const share, groups, each = 5, 40, 7
	q := newQueue()
	for range groups * each {
		q.add(&job{priority: Urgent}, Urgent)
		q.add(&job{priority: Backlog}, Backlog)
	}
	backlog := 0
	for range groups {
		urgent := 0
		for j := q.next(urgent, share); j.priority == Backlog || urgent < each-1; j = q.next(urgent, share) {
			if j.priority == Backlog {
				backlog++
			} else {
				urgent++
			}
		}
	}
	if want := groups * each / share; backlog < want-1 || backlog > want {
		t.Errorf("%d of backlog beside %d urgent ones, want one for %d", backlog, groups*each, share)
	}
}
