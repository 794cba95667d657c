package embedded

import (
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// Faults are the places at which a test can make the program fail. The zero value
// makes nothing fail.
type Faults struct {
	Store   func(groupcommit.Boundary) error     // the commits of the store, journal and outbox
	Ledger  func(groupcommit.Boundary) error     // the commits of the simulated gateway's ledger
	Gateway func(simulated.Call) simulated.Fault // the calls to the simulated gateway
	Journal func(local.Journal) local.Journal    // wraps the runner's journal
	// MaxGroup is how many writes a commit of the store takes at most; 0: as many as there are.
	// One each makes the number of commits that of writes, so that each can be made to fail in turn.
	MaxGroup int
}

func (f Faults) journal(j local.Journal) local.Journal {
	if f.Journal == nil {
		return j
	}
	return f.Journal(j)
}
