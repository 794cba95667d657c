package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// TestKeysOfHoldsOutliveTheMigration: a phone that repeats its order over an update of the server is
// answered with the hold that it has, and keys of other orders stay where they are.
func TestKeysOfHoldsOutliveTheMigration(t *testing.T) {
	for name, older := range map[string][]string{
		"before the tenth": {
			"INSERT INTO idempotency SELECT idempotency_key, fingerprint, placed_at, id, '' FROM reservations",
			"DROP INDEX reservations_remembered",
			"DROP INDEX reservations_due",
			"ALTER TABLE reservations DROP COLUMN idempotency_key",
			"ALTER TABLE reservations DROP COLUMN fingerprint",
			"CREATE INDEX reservations_due ON reservations (hold_expires_at, id) WHERE status = 'HELD'",
			"PRAGMA user_version = 9",
		},
		"before the eleventh": {
			"DROP INDEX reservations_remembered",
			"CREATE UNIQUE INDEX reservations_key ON reservations (idempotency_key) WHERE idempotency_key IS NOT NULL",
			"PRAGMA user_version = 10",
		},
	} {
		t.Run(name, func(t *testing.T) { outliveTheMigration(t, older) })
	}
}

// outliveTheMigration: older makes of a file what it was before the migration.
func outliveTheMigration(t *testing.T, older []string) {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir, sqlite.Options{})
	order := holdOn(offer(t, s, "m", 1)[0], "res_1", 1, benchTime)
	held, err := s.PlaceHold(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	extension := order.Idempotency
	extension.Operation, extension.At = "extendHold", benchTime.Add(time.Second)
	extend := booking.ExtendHold{On: booking.On{ReservationID: held.ID, Now: extension.At}, MaxExtensions: 2, MaxWindows: 3}
	extended, err := s.Apply(t.Context(), extend, &extension)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()

	change(t, filepath.Join(dir, sqlite.FileName), older)
	s = open(t, dir, sqlite.Options{})
	order.ReservationID, order.Idempotency.ResultID, order.Now = "res_2", "res_2", benchTime.Add(time.Minute)
	again, err := s.PlaceHold(t.Context(), order)
	if diff := cmp.Diff(extended.Reservation, again); err != nil || diff != "" {
		t.Errorf("the order repeated = %v, %s", err, diff)
	}
	if past, err := s.Recall(t.Context(), extension); err != nil || past == nil || *past != extension {
		t.Errorf("Recall of the extension = %v, %v", past, err)
	}
}

// change executes statements in a closed file.
func change(t *testing.T, path string, statements []string) {
	t.Helper()
	conn, err := zombiezen.OpenConn(path, zombiezen.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range statements {
		if err := sqlitex.ExecuteTransient(conn, statement, nil); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
