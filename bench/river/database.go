package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/vacancy/vacancy/bench/report"
)

// schema is the benchmark's own, in whatever database it was given.
const schema = "vacancy_bench"

// connect opens a pool to a server whose commits are durable, with every connection
// made, so that making them is not measured.
func connect(ctx context.Context, databaseURL string, connections int) (*pgxpool.Pool, report.PostgreSQL, error) {
	var server report.PostgreSQL
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, server, fmt.Errorf("DATABASE_URL: %w", err)
	}
	config.MaxConns, config.MinConns = int32(connections), int32(connections)
	config.ConnConfig.RuntimeParams["search_path"] = schema
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, server, err
	}
	const settings = `SELECT current_setting('server_version'), current_setting('fsync'),
		current_setting('synchronous_commit'), current_setting('full_page_writes')`
	err = pool.QueryRow(ctx, settings).Scan(&server.Version, &server.Fsync, &server.SynchronousCommit, &server.FullPageWrites)
	if err == nil {
		err = requireDurable(server)
	}
	if err != nil {
		pool.Close()
		return nil, server, err
	}
	return pool, server, nil
}

// requireDurable refuses a server that may lose what it committed: its figures could
// not be compared.
func requireDurable(s report.PostgreSQL) error {
	if s.Fsync != "on" || s.SynchronousCommit != "on" || s.FullPageWrites != "on" {
		return fmt.Errorf("this PostgreSQL is not durable: fsync=%s, synchronous_commit=%s, full_page_writes=%s; set all three on",
			s.Fsync, s.SynchronousCommit, s.FullPageWrites)
	}
	return nil
}

// makeSchema makes River's tables and one of apartments in a schema of their own.
func makeSchema(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE; CREATE SCHEMA "+schema); err != nil {
		return fmt.Errorf("make the schema: %w", err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: errorsOnly()})
	if err != nil {
		return fmt.Errorf("make River's tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("make River's tables: %w", err)
	}
	// Pages half empty let an update stay in its page: the quickest that there is.
	_, err = pool.Exec(ctx, `CREATE TABLE apartment (
		id bigint PRIMARY KEY, status text NOT NULL, tenant text, hold_expires_at timestamptz
	) WITH (fillfactor = 50)`)
	if err != nil {
		return fmt.Errorf("make the table of apartments: %w", err)
	}
	return nil
}

// fill makes so many vacant apartments, numbered from 0, and forgets all jobs. It
// leaves the server at rest: what it owes the disk is paid, its statistics are fresh.
func fill(ctx context.Context, pool *pgxpool.Pool, apartments int) error {
	for _, statement := range []string{
		"TRUNCATE apartment, river_job",
		fmt.Sprintf("INSERT INTO apartment (id, status) SELECT n, 'VACANT' FROM generate_series(0, %d) AS n", apartments-1),
		"VACUUM (ANALYZE) apartment", "CHECKPOINT",
	} {
		if _, err := pool.Exec(ctx, statement); err != nil {
			return fmt.Errorf("make %d apartments: %w", apartments, err)
		}
	}
	return nil
}

// count answers how many apartments are reserved, and how many jobs wait for their time.
func count(ctx context.Context, pool *pgxpool.Pool) (reserved, scheduled int, err error) {
	err = pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM apartment WHERE status = 'RESERVED'),
		(SELECT count(*) FROM river_job WHERE state = 'scheduled')`).Scan(&reserved, &scheduled)
	return reserved, scheduled, err
}
