//go:build unix

// Package processtime tells benchmarks what a process has used of the processors: what the clock
// says depends on who else uses the machine.
package processtime

import (
	"time"

	"golang.org/x/sys/unix"
)

// Used is the processor time, user's and system's, that this process has used; 0 where it is not known.
func Used() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
