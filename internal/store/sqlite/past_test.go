package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// past puts n finished reservations into a closed file, by statements of its own: by
// the store it would take minutes. Their idempotency keys are remembered, as on the day on which they
// were placed, or forgotten, as from the day after.
func past(tb testing.TB, dir string, n int, remembered bool) {
	tb.Helper()
	key := "NULL, NULL"
	if remembered {
		key = "randomblob(16), '0123456789abcdef'"
	}
	path := filepath.Join(dir, sqlite.FileName)
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadWrite)
	if err != nil {
		tb.Fatal(err)
	}
	for _, script := range []string{
		"PRAGMA synchronous=OFF",
		fmt.Sprintf("CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n", n),
		`INSERT INTO reservations (id, apartment_id, tenant_id, epoch, price, currency, payment_window, placed_at, status, hold_expires_at, ended_at,
			extensions, workflow_started, repairs, timeline, idempotency_key, fingerprint)
			SELECT printf('past_%026d', i), printf('apt_p%022d', i % 10000), printf('tenant-%04d', i % 5000), i / 10000, 79000, 'USD', 900000000000,
			1700000000000000000 + i, 'EXPIRED', 1700000900000000000 + i, 1700000900000000000 + i, 0, 1, 0,
			'[{"kind":"HOLD_PLACED","at":"2023-11-14T22:13:20Z","by":"tenant"},{"kind":"HOLD_EXPIRED","at":"2023-11-14T22:28:20Z","by":"system"}]', ` + key + ` FROM n`,
		`INSERT INTO executions (machine, name, definition, seq, status, started_at, stopped_at, input, output, state)
			SELECT 'reservation', printf('past_%026d', i), 'hash', 9, 'SUCCEEDED', 1700000000000000000 + i, 1700000900000000000 + i,
			zeroblob(120), zeroblob(200), zeroblob(300) FROM n`,
		`INSERT INTO history (execution, last, events) SELECT i, 12, zeroblob(600) FROM n`,
	} {
		if err := sqlitex.ExecuteTransient(conn, script, nil); err != nil {
			tb.Fatalf("%s: %v", script, err)
		}
	}
	if err := conn.Close(); err != nil {
		tb.Fatal(err)
	}
	onDisk(tb, path)
}

// onDisk has the system write the file: the first syncs of what is measured would have to otherwise.
func onDisk(tb testing.TB, path string) {
	tb.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		tb.Fatal(err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		tb.Fatal(err)
	}
}

func TestPastIsFinished(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, sqlite.Options{}).Close()
	past(t, dir, 50, true)
	s := open(t, dir, sqlite.Options{})
	if unsettled, err := s.Unsettled(t.Context(), 10); err != nil || len(unsettled) != 0 {
		t.Errorf("the past is not settled: %d, %v", len(unsettled), err)
	}
}
