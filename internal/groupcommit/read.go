package groupcommit

import (
	"context"
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"
)

// Read runs f on a connection that only reads and never waits for the writer. Each
// statement sees the last commit before it began; read in one statement what must
// belong together. f must not keep conn. It waits for a connection no longer than ctx lasts.
func (db *DB) Read(ctx context.Context, f func(conn *sqlite.Conn) error) error {
	if err := db.alive(); err != nil {
		return err
	}
	if db.path == "" {
		// The writer's connection is the only one there is.
		return db.Write(ctx, Urgent, f)
	}
	conn, err := db.readers.take(ctx)
	if err != nil {
		return explain(db.path, err)
	}
	defer db.readers.put(conn)
	return explain(db.path, f(conn))
}

// readers is a pool of reading connections, opened as they are needed.
type readers struct {
	path   string
	slots  chan struct{} // one for each connection that may be out
	mu     sync.Mutex
	idle   []*sqlite.Conn
	closed bool
}

func newReaders(path string, n int) *readers {
	return &readers{path: path, slots: make(chan struct{}, n)}
}

func (r *readers) take(ctx context.Context) (*sqlite.Conn, error) {
	select {
	case r.slots <- struct{}{}:
	default:
		select {
		case r.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	conn, err := r.connection()
	if err != nil {
		<-r.slots
	}
	return conn, err
}

func (r *readers) connection() (*sqlite.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, fmt.Errorf("read %s: %w", r.path, ErrClosed)
	}
	if n := len(r.idle); n > 0 {
		conn := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return conn, nil
	}
	return openReader(r.path)
}

// put takes a connection back. A statement left in the middle of its rows would keep
// an old snapshot, and with it the whole log: SetInterrupt resets those.
func (r *readers) put(conn *sqlite.Conn) {
	conn.SetInterrupt(nil)
	r.mu.Lock()
	r.idle = append(r.idle, conn)
	r.mu.Unlock()
	<-r.slots
}

// close waits for the connections that are out and closes all.
func (r *readers) close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	for range cap(r.slots) {
		r.slots <- struct{}{}
	}
	defer func() { // who comes later is told that it is closed
		for range cap(r.slots) {
			<-r.slots
		}
	}()
	r.mu.Lock()
	defer r.mu.Unlock()
	var first error
	for _, conn := range r.idle {
		if err := conn.Close(); err != nil && first == nil {
			first = err
		}
	}
	r.idle = nil
	return first
}
