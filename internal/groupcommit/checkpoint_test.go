package groupcommit_test

import (
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

// TestTheLogBeginsAgainWhileWritesGoOn: without it the log would grow for as long as
// there is load, and with it the time to open the file again after a crash.
func TestTheLogBeginsAgainWhileWritesGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("writes some 200 MB")
	}
	path := file(t)
	db := open(t, path, groupcommit.Options{Migrations: blobs})
	const most = 2_000 // writes of 200 KB; far more than one log takes
	var wg sync.WaitGroup
	wrote := 0
	for deadline := time.Now().Add(30 * time.Second); db.Stats().Restarts < 2; wrote++ {
		if wrote == most || time.Now().After(deadline) {
			t.Fatalf("the log was begun again %d times in %d writes", db.Stats().Restarts, wrote)
		}
		wg.Go(func() { // readers come and go
			if err := db.Read(t.Context(), func(conn *sqlite.Conn) error { return step(conn, "SELECT count(*) FROM blobs") }); err != nil {
				t.Errorf("Read = %v", err)
			}
		})
		if err := db.Write(t.Context(), groupcommit.Urgent, func(conn *sqlite.Conn) error {
			return step(conn, "INSERT INTO blobs VALUES (randomblob(200000))")
		}); err != nil {
			t.Fatalf("Write = %v", err)
		}
	}
	wg.Wait()
	if s := db.Stats(); runtime.GOOS == "linux" && s.Writebacks < 2*s.Restarts {
		t.Errorf("what was copied was begun to be written %d times before %d syncs of the file, want more", s.Writebacks, s.Restarts)
	}
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if all := int64(wrote) * 200_000; info.Size() > all*9/10 {
		t.Errorf("the log has %d MB after %d MB were written", info.Size()>>20, all>>20)
	}
}
