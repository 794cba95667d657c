package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

const schema = "vacancy_bench"

// makeSchema makes River's tables and one of reservations, in an empty schema.
func makeSchema(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE; CREATE SCHEMA "+schema); err != nil {
		return fmt.Errorf("make the schema: %w", err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("make River's tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("make River's tables: %w", err)
	}
	_, err = pool.Exec(ctx, `CREATE TABLE reservation (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		apartment bigint NOT NULL, tenant text NOT NULL, status text NOT NULL,
		price bigint NOT NULL, hold_expires_at timestamptz NOT NULL)`)
	return err
}

// releaseHold is the job at a hold's deadline.
type releaseHold struct {
	Reservation int64     `json:"reservation"`
	Deadline    time.Time `json:"deadline"`
}

// Kind names the job in River's table.
func (releaseHold) Kind() string { return "release_hold" }

// placeHold stores a reservation and schedules its job in one transaction.
func placeHold(ctx context.Context, pool *pgxpool.Pool, client *river.Client[pgx.Tx], apartment int64, deadline time.Time) error {
	tx, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO reservation (apartment, tenant, status, price, hold_expires_at)
		VALUES ($1, 'tenant', 'HELD', 79000, $2) RETURNING id`, apartment, deadline).Scan(&id)
	if err != nil {
		return err
	}
	if _, err := client.InsertTx(ctx, tx, releaseHold{id, deadline}, &river.InsertOpts{ScheduledAt: deadline}); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// releaseHoldWorker reverts a reservation and notes how late that was durable.
type releaseHoldWorker struct {
	river.WorkerDefaults[releaseHold]
	pool *pgxpool.Pool

	mu   sync.Mutex
	late []time.Duration
	done chan struct{} // closed when so many as were expected are reverted
	want int
}

// Work reverts the reservation of one job.
func (w *releaseHoldWorker) Work(ctx context.Context, job *river.Job[releaseHold]) error {
	_, err := w.pool.Exec(ctx, `UPDATE reservation SET status = 'EXPIRED' WHERE id = $1 AND status = 'HELD'`, job.Args.Reservation)
	if err != nil {
		return err
	}
	late := time.Since(job.Args.Deadline)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = append(w.late, late)
	if len(w.late) == w.want {
		close(w.done)
	}
	return nil
}
