package local

import (
	"context"
	"fmt"
	"sync"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration"
)

// machines holds the parsed definitions: the present ones by name, and every one
// that an execution was met with by machine and hash.
type machines struct {
	journal Journal
	present map[string]string // machine → hash; never changes

	mu     sync.RWMutex
	parsed map[[2]string]*asl.Machine
}

// loadMachines parses the definitions, makes sure that each of their tasks can
// be run, and journals them.
func loadMachines(ctx context.Context, c Config, tasks *integration.Registry) (*machines, error) {
	m := &machines{journal: c.Journal, present: map[string]string{}, parsed: map[[2]string]*asl.Machine{}}
	for name, d := range c.Definitions {
		source, hash, err := d.Resolve()
		if err != nil {
			return nil, fmt.Errorf("state machine %q: %w", name, err)
		}
		machine, err := asl.Parse(source)
		if err != nil {
			return nil, fmt.Errorf("state machine %q: %w", name, err)
		}
		if err := tasks.Check(name, source); err != nil {
			return nil, err
		}
		if err := c.Journal.PutDefinition(ctx, name, hash, source); err != nil {
			return nil, fmt.Errorf("journal the definition of state machine %q: %w", name, err)
		}
		m.present[name] = hash
		m.parsed[[2]string{name, hash}] = machine
	}
	return m, nil
}

// hash answers the hash of the present definition of a machine.
func (m *machines) hash(machine string) (string, error) {
	hash, ok := m.present[machine]
	if !ok {
		return "", fmt.Errorf("%w: %q", workflow.ErrStateMachineDoesNotExist, machine)
	}
	return hash, nil
}

// get answers a definition, present or past.
func (m *machines) get(ctx context.Context, machine, hash string) (*asl.Machine, error) {
	key := [2]string{machine, hash}
	m.mu.RLock()
	parsed, ok := m.parsed[key]
	m.mu.RUnlock()
	if ok {
		return parsed, nil
	}
	source, err := m.journal.Definition(ctx, machine, hash)
	if err != nil {
		return nil, err
	}
	parsed, err = asl.Parse(source)
	if err != nil {
		return nil, unreadable{fmt.Errorf("definition %.12s of state machine %q: %w", hash, machine, err)}
	}
	m.mu.Lock()
	m.parsed[key] = parsed
	m.mu.Unlock()
	return parsed, nil
}
