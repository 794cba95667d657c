package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

// testPool connects to the PostgreSQL of `bench/with-postgres go -C bench test ./...`,
// with fresh tables and so many vacant apartments.
func testPool(t *testing.T, apartments int) *pgxpool.Pool {
	t.Helper()
	databaseURL := os.Getenv("DATABASE_URL")
	if databaseURL == "" {
		t.Skip("needs a PostgreSQL: bench/with-postgres go -C bench test ./...")
	}
	pool, server, err := connect(t.Context(), databaseURL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if server.Version == "" || server.Fsync != "on" {
		t.Errorf("server: %+v", server)
	}
	if err := makeSchema(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if err := fill(t.Context(), pool, apartments); err != nil {
		t.Fatal(err)
	}
	return pool
}

func expectCounts(t *testing.T, pool *pgxpool.Pool, reserved, scheduled int) {
	t.Helper()
	gotReserved, gotScheduled, err := count(t.Context(), pool)
	if err != nil || gotReserved != reserved || gotScheduled != scheduled {
		t.Errorf("%d reserved, %d jobs scheduled, %v; want %d and %d", gotReserved, gotScheduled, err, reserved, scheduled)
	}
}

func TestHoldAndItsJobAreOneTransaction(t *testing.T) {
	pool := testPool(t, 2)
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: errorsOnly()})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Hour).Truncate(time.Microsecond)
	if err := placeHold(t.Context(), pool, client, 0, deadline); err != nil {
		t.Fatal(err)
	}
	expectCounts(t, pool, 1, 1)
	if err := placeHold(t.Context(), pool, client, 0, deadline); err == nil || !strings.Contains(err.Error(), "not vacant") {
		t.Errorf("reserved twice: %v", err)
	}
	expectCounts(t, pool, 1, 1)
}

func TestOnlyTheHoldOfTheJobIsReverted(t *testing.T) {
	pool := testPool(t, 1)
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: errorsOnly()})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(-time.Minute).Truncate(time.Microsecond)
	if err := placeHold(t.Context(), pool, client, 0, deadline); err != nil {
		t.Fatal(err)
	}
	reverted := make(chan time.Duration, 2)
	w := &reverter{pool: pool, reverted: reverted}
	for _, other := range []time.Time{deadline.Add(time.Microsecond), deadline.Add(-time.Hour)} {
		if err := w.Work(t.Context(), &river.Job[revertHold]{JobRow: &rivertype.JobRow{}, Args: revertHold{0, other}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(reverted) != 0 {
		t.Error("a job of another hold reverted this one")
	}
	if err := w.Work(t.Context(), &river.Job[revertHold]{JobRow: &rivertype.JobRow{}, Args: revertHold{0, deadline}}); err != nil {
		t.Fatal(err)
	}
	if late := <-reverted; late < time.Minute || late > 2*time.Minute {
		t.Errorf("%s late, want a minute", late)
	}
	var status string
	if err := pool.QueryRow(t.Context(), "SELECT status FROM apartment").Scan(&status); err != nil || status != "VACANT" {
		t.Errorf("%q, %v", status, err)
	}
}

func TestDurabilityIsAskedOfTheServer(t *testing.T) {
	testPool(t, 1)
	_, _, err := connect(t.Context(), os.Getenv("DATABASE_URL")+"&synchronous_commit=off", 1)
	if err == nil || !strings.Contains(err.Error(), "synchronous_commit=off") {
		t.Errorf("a server that does not wait for the disk: %v", err)
	}
}

func TestLoadsFindEveryHoldInTheDatabase(t *testing.T) {
	pool := testPool(t, 1)
	s := settings{callers: 4, duration: 100 * time.Millisecond, workers: 2}
	for _, workers := range []bool{false, true} {
		l, err := measureHolds(t.Context(), pool, s, workers)
		if err != nil || l.took.Count() == 0 || l.perSecond() <= 0 {
			t.Errorf("workers %v: %d holds, %v a second, %v", workers, l.took.Count(), l.perSecond(), err)
		}
	}
}
