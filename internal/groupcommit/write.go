package groupcommit

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"
)

// Write runs f in a transaction, together with whatever else waits, and returns when
// the transaction is on the disk. f reads, checks and then writes; what it prepares
// with [sqlite.Conn.Prepare] is kept for the next call.
//
// An error of f undoes what f wrote, and nothing else, and is answered as it is. It
// costs nothing when f had not written yet; otherwise its group is run again, so check
// before you write. f may therefore be called more than once, and only its last call
// counts: it must leave nothing behind but in the database. It must not keep conn, begin or
// end transactions, or call the DB.
//
// When the commit fails every caller of the group gets its error and nothing of the
// group is written, unless the error is of the sync itself or [ErrCrash]: then it is
// not known. When ctx ends before f has begun, f is not run and ctx's error is
// answered; after that Write waits for the outcome, which is a matter of milliseconds. An f that
// ends its goroutine (runtime.Goexit, as t.FailNow does) has its whole group fail.
func (db *DB) Write(ctx context.Context, p Priority, f func(conn *sqlite.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{write: f, priority: p, done: make(chan error, 1)}
	if !db.queue.add(j, p) {
		return fmt.Errorf("write %s: %w", db.path, ErrClosed)
	}
	select {
	case err := <-j.done:
		return j.answer(err)
	case <-ctx.Done():
		if j.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		return j.answer(<-j.done)
	}
}

// answer makes a panic of f the caller's, where it belongs.
func (j *job) answer(err error) error {
	if j.panic != nil {
		panic(j.panic)
	}
	return err
}
