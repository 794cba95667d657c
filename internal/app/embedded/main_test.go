package embedded_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// Tests of this package wait for the disk rather than for a processor: more of them than
// there are processors run at once.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "12"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
