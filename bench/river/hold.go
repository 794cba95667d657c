package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
)

// revertHold is the job at the end of a hold's payment window.
type revertHold struct {
	Apartment int64     `json:"apartment"`
	Deadline  time.Time `json:"deadline"`
}

// Kind names the job in River's table.
func (revertHold) Kind() string { return "revert_hold" }

// placeHold reserves a vacant apartment and schedules its job in one transaction. The
// deadline is of whole microseconds, which is what PostgreSQL keeps.
func placeHold(ctx context.Context, pool *pgxpool.Pool, client *river.Client[pgx.Tx], apartment int64, deadline time.Time) error {
	tx, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	done, err := tx.Exec(ctx, `UPDATE apartment SET status = 'RESERVED', tenant = 'tenant', hold_expires_at = $2
		WHERE id = $1 AND status = 'VACANT'`, apartment, deadline)
	if err != nil {
		return err
	}
	if done.RowsAffected() != 1 {
		return fmt.Errorf("apartment %d is not vacant", apartment)
	}
	if _, err := client.InsertTx(ctx, tx, revertHold{apartment, deadline}, &river.InsertOpts{ScheduledAt: deadline}); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// reverter works the jobs: it makes the apartment vacant again and tells how late that
// was durable.
type reverter struct {
	river.WorkerDefaults[revertHold]
	pool     *pgxpool.Pool
	reverted chan<- time.Duration
}

// Work reverts the hold of one job. One that is gone already is left alone.
func (w *reverter) Work(ctx context.Context, job *river.Job[revertHold]) error {
	done, err := w.pool.Exec(ctx, `UPDATE apartment SET status = 'VACANT', tenant = NULL, hold_expires_at = NULL
		WHERE id = $1 AND status = 'RESERVED' AND hold_expires_at = $2`, job.Args.Apartment, job.Args.Deadline)
	if err != nil || done.RowsAffected() == 0 {
		return err
	}
	late := time.Since(job.Args.Deadline)
	select {
	case w.reverted <- late:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
