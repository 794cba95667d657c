package sqlite_test

import (
	"errors"
	"sync/atomic"

	"github.com/vacancy/vacancy/internal/groupcommit"
)

var errFault = errors.New("the commit fails, or its answer is lost")

// commitFault fails one commit, at a boundary, once it is armed.
type commitFault struct {
	at    groupcommit.Boundary
	armed atomic.Bool
}

func (f *commitFault) fault(at groupcommit.Boundary) error {
	if at == f.at && f.armed.Swap(false) {
		return errFault
	}
	return nil
}
