package groupcommit

import (
	"errors"
	"sync/atomic"
	"time"

	"zombiezen.com/go/sqlite"
)

const (
	// restartBytes is the length of the log from which it is begun again.
	restartBytes = 64 << 20
	// keptBytes is how much of its file a log keeps when it begins again. Half of a restart's length
	// more or so is written while the copy catches up, and a sync of what lies in the file already takes a half to a
	// fifth of one that makes the file longer, which the file system has to journal.
	keptBytes = 4 * restartBytes
	// shortRest is so little left to copy that the writer may be stopped for it.
	shortRest = 512
	// maxPasses ends the catching up with writers who are faster than the copy.
	maxPasses = 4
	// checkpointEvery paces the copying while there are commits.
	checkpointEvery = 250 * time.Millisecond
	// restartPatience is how long the writer may be stopped for readers to leave the log.
	restartPatience = 20 * time.Millisecond
)

// checkpointer copies the log into the file beside the writer, on a connection and a
// goroutine of its own, so that no commit waits for it. While commits go on, the copy
// never quite catches up and the log would only grow. Once it is long and little
// is left to copy, the writer copies that rest between two groups, and the log begins
// again.
type checkpointer struct {
	conn       *sqlite.Conn
	writer     *sqlite.Conn // used by what runs in the writer's goroutine only
	queue      *queue
	writeback  *writeback
	long       int         // pages of a log that is to be begun again
	pending    atomic.Bool // commits since the last pass
	restarts   atomic.Int64
	writebacks atomic.Int64
	stopping   chan struct{}
	stopped    chan struct{}
}

func startCheckpointer(path string, writer *sqlite.Conn, q *queue) (*checkpointer, error) {
	conn, err := openConn(path, sqlite.OpenReadWrite, readerCache)
	if err != nil {
		return nil, err
	}
	if err := pragmas(conn, "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=0"); err != nil {
		conn.Close()
		return nil, err
	}
	pageSize, err := pragmaInt(conn, "page_size")
	if err != nil {
		conn.Close()
		return nil, err
	}
	ahead, err := openWriteback(path)
	if err != nil {
		conn.Close()
		return nil, err
	}
	c := &checkpointer{conn: conn, writer: writer, queue: q, writeback: ahead, long: restartBytes / int(pageSize),
		stopping: make(chan struct{}), stopped: make(chan struct{})}
	go c.loop()
	return c, nil
}

// wrote notes that there is something to copy.
func (c *checkpointer) wrote() { c.pending.Store(true) }

func (c *checkpointer) stop() error {
	close(c.stopping)
	<-c.stopped
	return c.conn.Close()
}

func (c *checkpointer) loop() {
	defer close(c.stopped)
	ticker := time.NewTicker(checkpointEvery)
	defer ticker.Stop()
	for {
		select {
		case <-c.stopping:
			return
		case <-ticker.C:
			if c.pending.Swap(false) {
				c.pass()
			}
		}
	}
}

// pass copies what is in the log. While that took long the commits meanwhile have
// left much again, so a long log is copied until little is left, and then begun again.
// Errors are left to the next pass: the log keeps what is not copied, and a disk that
// fails is told by the next commit.
func (c *checkpointer) pass() {
	before := 0
	for range maxPasses {
		log, copied, err := checkpoint(c.conn, "PRAGMA wal_checkpoint(PASSIVE)")
		if err != nil {
			return
		}
		if c.writeback.begin() == nil {
			c.writebacks.Add(1)
		}
		if log < c.long {
			return
		}
		if copied-before <= shortRest {
			break
		}
		before = copied
	}
	c.restart()
}

// restart has the writer copy the rest and wait for readers to leave the log.
func (c *checkpointer) restart() {
	done := make(chan struct{})
	asked := c.queue.between(func() {
		defer close(done)
		c.writer.SetBusyTimeout(restartPatience)
		defer c.writer.SetBusyTimeout(busyTimeout)
		if _, _, err := checkpoint(c.writer, "PRAGMA wal_checkpoint(RESTART)"); err == nil {
			c.restarts.Add(1)
		}
	})
	if asked {
		<-done
	}
}

// checkpoint answers the length of the log and how much of it is in the file, in
// pages. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
func checkpoint(conn *sqlite.Conn, pragma string) (log, copied int, err error) {
	stmt, err := conn.Prepare(pragma)
	if err != nil {
		return 0, 0, err
	}
	defer stmt.Reset()
	if _, err := stmt.Step(); err != nil {
		return 0, 0, err
	}
	if stmt.ColumnInt(0) != 0 {
		err = errBusy
	}
	return stmt.ColumnInt(1), stmt.ColumnInt(2), err
}

var errBusy = errors.New("the log is in use by readers")
