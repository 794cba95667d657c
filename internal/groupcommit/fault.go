package groupcommit

import "errors"

// Boundary is a place at which a commit can fail. Options.Fault is called at each,
// by the writer, and says what happens there:
//
//	nil                              nothing
//	an error, at BeforeCommit        the commit fails; nothing of the group was written
//	an error, at AfterCommit         the answer is lost: written, but who waits gets the error
//	an error that is ErrCrash        as if the process had ended there: in addition every
//	                                 later read and write is refused with the error
type Boundary string

const (
	BeforeCommit Boundary = "before commit"
	AfterCommit  Boundary = "after commit"
)

// ErrCrash makes a fault a crash; see [Boundary].
var ErrCrash = errors.New("simulated crash")

func (db *DB) fault(at Boundary) error {
	if db.options.Fault == nil {
		return nil
	}
	err := db.options.Fault(at)
	if errors.Is(err, ErrCrash) {
		db.dead.Store(&err)
	}
	return err
}

// alive answers why nothing can be read or written any more, or nil.
func (db *DB) alive() error {
	if dead := db.dead.Load(); dead != nil {
		return *dead
	}
	return nil
}
