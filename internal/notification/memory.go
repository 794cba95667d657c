package notification

import (
	"context"
	"sync"
	"time"
)

// Memory is an Outbox that is gone when the program ends, for trying out a workflow and
// for tests.
type Memory struct {
	mu    sync.Mutex
	notes []*pending // as they were added
	byID  map[string]*pending
}

type pending struct {
	Notification
	retryAt time.Time
}

var _ Outbox = (*Memory)(nil)

// NewMemory makes an empty outbox in memory.
func NewMemory() *Memory { return &Memory{byID: map[string]*pending{}} }

func (m *Memory) Add(_ context.Context, n Notification) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.byID[n.ID]; known {
		return nil
	}
	p := &pending{Notification: n}
	m.notes = append(m.notes, p)
	m.byID[n.ID] = p
	return nil
}

func (m *Memory) Undelivered(_ context.Context, now time.Time, limit int) ([]Notification, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []Notification
	for _, p := range m.notes {
		if len(due) < limit && p.DeliveredAt.IsZero() && !p.retryAt.After(now) {
			due = append(due, p.Notification)
		}
	}
	return due, nil
}

func (m *Memory) Delivered(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.byID[id]; p != nil && p.DeliveredAt.IsZero() {
		p.Attempts++
		p.DeliveredAt, p.LastError = at, ""
	}
	return nil
}

func (m *Memory) Failed(_ context.Context, id string, reason string, retryAt time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.byID[id]; p != nil && p.DeliveredAt.IsZero() {
		p.Attempts++
		p.LastError, p.retryAt = reason, retryAt
	}
	return nil
}

func (m *Memory) List(_ context.Context, limit int) ([]Notification, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	latest := make([]Notification, 0, min(limit, len(m.notes)))
	for i := len(m.notes) - 1; i >= 0 && len(latest) < limit; i-- {
		latest = append(latest, m.notes[i].Notification)
	}
	return latest, nil
}
