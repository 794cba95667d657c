package groupcommit

import "sync/atomic"

// Stats counts since the file was opened.
type Stats struct {
	Commits  int64 // transactions committed, each one sync of the log
	Writes   int64 // calls of Write that they carried
	Restarts int64 // times the log was emptied into the file and begun again
	// Writebacks counts how often the system began to write what was copied into the file; none where it has no
	// call for that.
	Writebacks int64
}

type stats struct{ commits, writes atomic.Int64 }

// Stats answers the counts.
func (db *DB) Stats() Stats {
	s := Stats{Commits: db.stats.commits.Load(), Writes: db.stats.writes.Load()}
	if db.checkpoint != nil {
		s.Restarts, s.Writebacks = db.checkpoint.restarts.Load(), db.checkpoint.writebacks.Load()
	}
	return s
}

// Waiting answers how many writes wait for the writer now.
func (db *DB) Waiting() int { return db.queue.waiting() }
