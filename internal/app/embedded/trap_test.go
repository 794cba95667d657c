package embedded_test

import (
	"context"
	"errors"
	"sync"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/payment/simulated"
)

// trap lets one boundary fail. After a crash everything fails until it is disarmed.
type trap struct {
	mu        sync.Mutex
	kind      faultKind
	armed     bool
	countdown int
	done      bool
	crashed   bool
	down      context.CancelFunc // ends what the process was doing
}

var errInjected = errors.New("injected fault")

func (x *trap) arm() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.armed = true
}

func (x *trap) disarm() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.armed = false
}

func (x *trap) sprung() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.done
}

func (x *trap) isDown() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.crashed
}

func (x *trap) restarted() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.crashed = false
}

// spring reports whether this is the boundary that fails.
func (x *trap) spring(at place) bool {
	if !x.armed || x.done || at != x.kind.at {
		return false
	}
	x.countdown--
	x.done = x.countdown == 0
	return x.done
}

func (x *trap) commit(at place) func(groupcommit.Boundary) error {
	return func(b groupcommit.Boundary) error {
		x.mu.Lock()
		defer x.mu.Unlock()
		switch {
		case x.crashed:
			return groupcommit.ErrCrash
		case b != x.kind.boundary || !x.spring(at):
			return nil
		case x.kind.crash:
			x.crashed = true
			x.down()
			return groupcommit.ErrCrash
		}
		return errInjected
	}
}

func (x *trap) call(c simulated.Call) simulated.Fault {
	x.mu.Lock()
	defer x.mu.Unlock()
	if c.Operation == simulated.Create && x.kind.stored {
		// A stored answer of 5xx to a create stays until the gateway forgets the key, and
		// there is no id to look up what happened by: only time helps (design, 10.7).
		return simulated.NoFault
	}
	if x.kind.at == gatewayCall && x.spring(gatewayCall) {
		return x.kind.fault
	}
	return simulated.NoFault
}
