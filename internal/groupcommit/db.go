package groupcommit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"
)

// Options is what a caller decides about a file.
type Options struct {
	// Migrations holds the schema as files NNNN_name.sql, numbered from 0001 without
	// gaps. Open applies those that the file does not have yet, each in a transaction
	// of its own. Never change one that was released; add another.
	Migrations fs.FS
	// ApplicationID marks the files of this application (PRAGMA application_id).
	// Opening a file that carries another mark is refused. 0: no mark.
	ApplicationID int32
	// PageSize is that of a file which Open makes, a power of two from 512 to 65536;
	// 0: 4096. A commit writes whole pages: where writes go to random places, small pages
	// write less; where rows are large, they are cut into more.
	PageSize int
	// Readers is how many connections read at once; 0: twice the processors, at least 4.
	Readers int
	// Fault, if not nil, is asked at every boundary of a commit; see [Boundary]. It is
	// for tests of what happens when something fails there.
	Fault func(Boundary) error
	// MaxGroup is how many writes a commit takes at most; 0: 1024. With 1, commits can be counted:
	// what is written together depends on who comes at the same moment.
	MaxGroup int
}

// DB is an open file. It is safe for concurrent use.
type DB struct {
	path    string // "" in memory
	options Options
	lock    *fileLock

	writer  *sqlite.Conn
	queue   *queue
	written chan struct{} // closed when the writer has ended
	dead    atomic.Pointer[error]

	// The writer's alone.
	busyUntil time.Time // until then groups of backlog are small
	crowd     crowd

	readers    *readers
	checkpoint *checkpointer

	stats   stats
	closing sync.Once
	closed  error
}

// Open opens the file at path, makes it if it is not there, and locks it for this
// process: a second one is refused with [ErrInUse]. The directory must exist. A file
// that is damaged, not a database, read-only or made by a newer version is refused by
// an error that says so ([ErrCorrupt], [ErrReadOnly], [ErrNewer]).
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, path, o)
	if err != nil {
		return nil, errors.Join(explain(path, err), lock.release())
	}
	db.lock = lock
	return db, nil
}

// OpenMemory opens an empty database that lives in this process and ends with it.
// It has one connection: reads wait for writes.
func OpenMemory(ctx context.Context, o Options) (*DB, error) {
	return open(ctx, "", o)
}

func open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.Readers == 0 {
		o.Readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if o.PageSize == 0 {
		o.PageSize = 4096
	}
	if o.MaxGroup == 0 {
		o.MaxGroup = maxGroup
	}
	conn, err := openWriter(path, o.PageSize)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, conn, o); err != nil {
		conn.Close()
		return nil, err
	}
	db := &DB{path: path, options: o, writer: conn, queue: newQueue(), written: make(chan struct{})}
	if path != "" {
		db.readers = newReaders(path, o.Readers)
		if db.checkpoint, err = startCheckpointer(path, conn, db.queue); err != nil {
			conn.Close()
			return nil, err
		}
	}
	go db.writeLoop()
	return db, nil
}

// Path answers the absolute path of the file, or "" in memory.
func (db *DB) Path() string { return db.path }

// Close commits what waits, ends reads that are under way and gives the file back.
// Reads and writes after it are refused with [ErrClosed]. Closing again answers the same.
func (db *DB) Close() error {
	db.closing.Do(func() {
		db.queue.close()
		<-db.written
		var errs []error
		if db.path != "" {
			errs = append(errs, db.checkpoint.stop(), db.readers.close())
		}
		// The writer goes last: the last connection to close empties the log into the file.
		errs = append(errs, db.writer.Close())
		if db.path != "" {
			errs = append(errs, db.checkpoint.writeback.close())
		}
		if db.lock != nil {
			errs = append(errs, db.lock.release())
		}
		for _, err := range errs {
			if err != nil {
				db.closed = fmt.Errorf("close %s: %w", db.path, explain(db.path, err))
				return
			}
		}
	})
	return db.closed
}
