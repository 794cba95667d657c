package groupcommit

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"zombiezen.com/go/sqlite"
)

const (
	// A group ends at so many writes or after so long, so that what is urgent waits for
	// no longer than that while a backlog is worked off.
	maxGroup  = 1024
	groupTime = 5 * time.Millisecond
)

// writeLoop owns the writing connection until the queue is closed and empty.
func (db *DB) writeLoop() {
	ended := false
	defer func() {
		if ended {
			close(db.written)
		} else {
			go db.writeLoop() // a write ended this goroutine
		}
	}()
	for {
		first, between := db.queue.wait()
		switch {
		case between != nil:
			between()
		case first == nil:
			ended = true
			return
		default:
			db.commitGroup(first)
		}
	}
}

// commitGroup runs first and whatever else waits in one transaction and answers all.
func (db *DB) commitGroup(first *job) {
	var group []*job
	begin := db.alive()
	if begin == nil {
		begin = run(db.writer, "BEGIN IMMEDIATE")
	}
	decided := false
	defer func() {
		if !decided {
			db.answer(group, errors.Join(errGoexit, db.rollback()))
		}
	}()
	spoilt := false
	var counts [2]int
	end := time.Now().Add(groupTime)
	share := db.crowd.share()
	for j := first; j != nil; j = db.nextOf(counts, share) {
		if !j.state.CompareAndSwap(waiting, begun) {
			continue
		}
		group = append(group, j)
		counts[j.priority]++
		if begin == nil && !spoilt {
			spoilt = db.runJob(j)
		}
		if db.isFull(counts, end) {
			break
		}
	}
	outcome, began := begin, time.Now()
	if outcome == nil {
		if spoilt {
			outcome = db.runAgain(group)
		}
		if outcome == nil {
			outcome = db.commit(len(group))
		}
	}
	decided = true
	db.crowd.wrote(counts[Urgent])
	db.answer(group, outcome)
	if db.checkpoint != nil {
		db.checkpoint.wrote()
	}
	if counts[Urgent] >= busyGroup {
		db.busyUntil = time.Time{}
		if now := time.Now(); now.Sub(began) < quickCommit {
			db.busyUntil = now.Add(busyFor)
		}
		db.awaitUrgent()
	}
}

// isFull reports whether a group that has so many writes of each kind, and is to end then, takes no more.
func (db *DB) isFull(counts [2]int, end time.Time) bool {
	now, n := time.Now(), counts[Urgent]+counts[Backlog]
	if counts[Urgent] == 0 && n == busyBacklog && now.Before(db.busyUntil) {
		return true
	}
	return n == db.options.MaxGroup || now.After(end)
}

const (
	// busyGroup is so many urgent writes in a group that more are to be expected at once.
	busyGroup = 8
	// The writer lets others run so often, and then waits so long, before it turns to the
	// backlog. Callers by HTTP take a millisecond or so until they are back, and the processors
	// are theirs meanwhile, where the backlog would take them.
	yields   = 32
	patience = time.Millisecond
	// gathering is how long it leaves the first of those who come back late for others to follow:
	// a commit costs half a millisecond whatever is in it.
	gathering = 200 * time.Microsecond
	// For so long after a busy group, one of backlog alone ends at so many: what follows from
	// each takes the processors, too. Where a commit takes longer than quickCommit, the disk is what
	// all wait for, and each commit is to carry what it can.
	busyFor     = 3 * time.Millisecond
	busyBacklog = 1
	quickCommit = 2 * time.Millisecond
)

// awaitUrgent lets the callers that were answered just now come back, so that the next
// group is theirs and not the backlog's.
func (db *DB) awaitUrgent() {
	for range yields {
		if db.queue.pressing() {
			return
		}
		runtime.Gosched()
	}
	if db.queue.awaitUrgent(patience) {
		time.Sleep(gathering)
	}
}

// nextOf answers the next job of a group. Before it gives a group up it lets others
// run once: the callers of the commit before are just about to come back.
func (db *DB) nextOf(counts [2]int, share int) *job {
	j := db.queue.next(counts[Urgent], share)
	if j == nil {
		runtime.Gosched()
		j = db.queue.next(counts[Urgent], share)
	}
	return j
}

// runJob runs one job in the open transaction. It answers true when the job failed
// after it had written, or took the transaction with it: the group must run again.
func (db *DB) runJob(j *job) (spoilt bool) {
	before := totalChanges(db.writer)
	j.call(db.writer)
	if j.err == nil && j.panic == nil {
		return false
	}
	return db.writer.AutocommitEnabled() || totalChanges(db.writer) != before
}

// runAgain undoes the group and runs it once more, each job in a savepoint, so that
// those that fail leave nothing and the others are kept.
func (db *DB) runAgain(group []*job) error {
	if err := db.rollback(); err != nil {
		return err
	}
	if err := run(db.writer, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, j := range group {
		if err := run(db.writer, "SAVEPOINT job"); err != nil {
			return errors.Join(err, db.rollback())
		}
		j.call(db.writer)
		failed := j.err != nil || j.panic != nil
		if failed && db.writer.AutocommitEnabled() {
			return fmt.Errorf("a write of the same group undid it: %w", j.err)
		}
		if failed {
			if err := run(db.writer, "ROLLBACK TO job"); err != nil {
				return errors.Join(err, db.rollback())
			}
		}
		if err := run(db.writer, "RELEASE job"); err != nil {
			return errors.Join(err, db.rollback())
		}
	}
	return nil
}

// errGoexit: [runtime.Goexit], which t.FailNow calls, too.
var errGoexit = errors.New("a write of the same group ended its goroutine")

// answer tells the callers of a group what became of it.
func (db *DB) answer(group []*job, outcome error) {
	outcome = explain(db.path, outcome)
	for _, j := range group {
		j.finish(db.path, outcome)
	}
}

func (db *DB) commit(writes int) error {
	if err := db.fault(BeforeCommit); err != nil {
		return errors.Join(err, db.rollback())
	}
	if err := run(db.writer, "COMMIT"); err != nil {
		err = errors.Join(err, db.rollback())
		if unsynced(err) {
			db.die(fmt.Errorf("a sync of %s failed; restart the program to see what was kept: %w", db.path, err))
		}
		return err
	}
	db.stats.commits.Add(1)
	db.stats.writes.Add(int64(writes))
	return db.fault(AfterCommit)
}

// rollback ends the transaction, if there still is one.
func (db *DB) rollback() error {
	if db.writer.AutocommitEnabled() {
		return nil
	}
	return run(db.writer, "ROLLBACK")
}

func (db *DB) die(err error) { db.dead.CompareAndSwap(nil, &err) }

func (j *job) call(conn *sqlite.Conn) {
	defer func() {
		if j.panic = recover(); j.panic != nil {
			j.err = fmt.Errorf("panic: %v", j.panic)
		}
	}()
	j.err = j.write(conn)
}

// finish tells the caller. Its own refusal comes first: that was decided by what it
// read in a transaction of which nothing else of it remains.
func (j *job) finish(path string, commit error) {
	err := commit
	if j.err != nil && (commit == nil || !errors.Is(commit, ErrCrash)) {
		err = explain(path, j.err)
	}
	j.done <- err
}

// totalChanges counts all rows that the connection has inserted, updated or deleted.
func totalChanges(conn *sqlite.Conn) int64 {
	stmt, err := conn.Prepare("SELECT total_changes()")
	if err != nil {
		return -1
	}
	if ok, err := stmt.Step(); !ok || err != nil {
		return -1
	}
	n := stmt.ColumnInt64(0)
	stmt.Reset()
	return n
}
