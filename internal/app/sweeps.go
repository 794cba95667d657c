package app

import (
	"sync"

	"github.com/vacancy/vacancy/internal/booking"
)

// sweeps adds up what the sweeper found and did.
type sweeps struct {
	mu  sync.Mutex
	sum booking.Sweep
}

func (s *sweeps) add(found booking.Sweep) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum.Started += found.Started
	s.sum.Overdue += found.Overdue
	s.sum.Repaired += found.Repaired
	s.sum.Returned += found.Returned
	s.sum.Forgot += found.Forgot
	s.sum.Failed += found.Failed
}

// Swept answers what the sweeper has found and done since Run began.
func (a *App) Swept() booking.Sweep {
	a.swept.mu.Lock()
	defer a.swept.mu.Unlock()
	return a.swept.sum
}
