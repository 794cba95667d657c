package simulated

import (
	"context"
	"strconv"
	"sync"
)

// Memory is a ledger that is gone when the program ends, for trying out a workflow
// and for tests.
type Memory struct {
	mu       sync.Mutex
	payments map[string]Payment // by ref
	entries  []Entry            // Seq is index + 1
	byKey    map[string]int
}

var _ Ledger = (*Memory)(nil)

// NewMemory makes an empty ledger in memory.
func NewMemory() *Memory {
	return &Memory{payments: map[string]Payment{}, byKey: map[string]int{}}
}

func (m *Memory) Execute(ctx context.Context, c Call, execute func(Payment) (Payment, Entry, error)) (Entry, bool, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if i, known := m.byKey[c.Key]; known {
		return m.entries[i], false, nil
	}
	p, known := m.payments[c.Ref]
	if !known && c.Operation != Create {
		return Entry{}, false, ErrNoPayment
	}
	next, entry, err := execute(p)
	if err != nil {
		return Entry{}, false, err
	}
	if next.exists() {
		if next.Ref == "" {
			next.Ref = RefPrefix + strconv.Itoa(len(m.payments)+1)
		}
		m.payments[next.Ref] = next
	}
	entry = entry.of(next.Ref, int64(len(m.entries)+1))
	m.byKey[entry.Key] = len(m.entries)
	m.entries = append(m.entries, entry)
	return entry, true, nil
}

func (m *Memory) Payment(_ context.Context, ref string) (Payment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, known := m.payments[ref]
	if !known {
		return Payment{}, ErrNoPayment
	}
	return p, nil
}

func (m *Memory) Entries(_ context.Context, reservationID string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Entry
	for _, e := range m.entries {
		if e.ReservationID == reservationID {
			found = append(found, e)
		}
	}
	return found, nil
}

func (m *Memory) EntriesAfter(_ context.Context, seq int64, limit int) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from := min(max(seq, 0), int64(len(m.entries)))
	upTo := min(from+int64(limit), int64(len(m.entries)))
	return append([]Entry(nil), m.entries[from:upTo]...), nil
}

func (m *Memory) Close() error { return nil }
