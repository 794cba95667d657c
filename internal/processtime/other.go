//go:build !unix

package processtime

import "time"

// Used answers 0: it is not known on this system.
func Used() time.Duration { return 0 }
