package trip

import "time"

// PollAfter is how long a client should wait before it asks for the trip again, and 0 once
// nothing more will happen by itself.
func PollAfter(t Trip) time.Duration {
	if t.Status.Ended() {
		return 0
	}
	return 500 * time.Millisecond
}
