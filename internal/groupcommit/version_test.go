package groupcommit_test

import (
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// TestSQLiteLosesNoCommits: versions before 3.51.3 could lose commits in two ways that matter
// here. A checkpoint beside a commit that begins the log again could count pages as copied that were
// not (https://sqlite.org/wal.html#walresetbug), and the checkpointer works beside commits. And a
// transaction undone to a savepoint could be committed without checksums, which logvfs tests.
func TestSQLiteLosesNoCommits(t *testing.T) {
	if sqlite3.SQLITE_VERSION_NUMBER < 3051003 {
		t.Errorf("SQLite is %s; 3.51.3 is the first that loses no commits", sqlite3.SQLITE_VERSION)
	}
}
