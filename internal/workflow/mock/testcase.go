package mock

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// TestCase answers the tasks of one execution. It counts the invocations of each
// state, retries and iterations included, and is safe for concurrent use.
type TestCase struct {
	states map[string][]span

	mu      sync.Mutex
	invoked map[string]int
}

func newTestCase(c *Config, states map[string]string) *TestCase {
	t := &TestCase{states: map[string][]span{}, invoked: map[string]int{}}
	for state, response := range states {
		t.states[state] = c.answers[response]
	}
	return t
}

// States lists the states that are mocked, by name.
func (t *TestCase) States() []string { return slices.Sorted(maps.Keys(t.states)) }

// Mocks reports whether a state is mocked.
func (t *TestCase) Mocks(state string) bool {
	_, ok := t.states[state]
	return ok
}

// Next answers the next invocation of a mocked state, or an *Unanswered.
func (t *TestCase) Next(state string) (Answer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.invoked[state]
	t.invoked[state] = n + 1
	for _, s := range t.states[state] {
		if s.first <= n && n <= s.last {
			return s.Answer, nil
		}
	}
	return Answer{}, &Unanswered{State: state, Invocation: n}
}

// Unanswered is an invocation that the mock file says nothing about.
type Unanswered struct {
	State      string
	Invocation int // from 0
}

func (u *Unanswered) Error() string {
	return fmt.Sprintf("mock file: no answer for the invocation %d of state %q", u.Invocation, u.State)
}
