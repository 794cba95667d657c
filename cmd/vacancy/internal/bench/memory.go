package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// errNoResident is answered where the system does not tell how much memory of a
// process is resident.
var errNoResident = errors.New("only Linux tells how much memory of a process is resident")

// residentBytes answers how much memory of a process is resident (VmRSS of proc(5)).
func residentBytes(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, errNoResident
	}
	for line := range bytes.Lines(status) {
		if value, found := bytes.CutPrefix(line, []byte("VmRSS:")); found {
			kilobytes, err := strconv.ParseInt(string(bytes.Fields(value)[0]), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errNoResident
}
