package local

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"sync"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// machines holds the parsed definitions: the present ones by name, and every one
// that an execution was met with by machine and hash.
type machines struct {
	journal Journal
	tasks   Tasks

	mu      sync.RWMutex
	present map[string]string // machine → hash
	parsed  map[[2]string]*machine
}

// machine is a parsed definition.
type machine struct {
	*asl.Machine
	// readsClock: what its first task is sent may depend on when the execution
	// was advanced, and not on the execution alone.
	readsClock bool
}

func parse(source []byte) (*machine, error) {
	m, err := asl.Parse(source)
	if err != nil {
		return nil, err
	}
	return &machine{m, readsClock(source)}, nil
}

var contextPath = regexp.MustCompile(`\$\$[.\w]*`)

// readsClock looks for whatever could tell a definition the time: the part State
// of the context object, the context object as a whole, and JSONata.
func readsClock(source []byte) bool {
	if bytes.Contains(source, []byte("JSONata")) {
		return true
	}
	for _, path := range contextPath.FindAll(source, -1) {
		_, rest, _ := bytes.Cut(path, []byte("."))
		part, _, _ := bytes.Cut(rest, []byte("."))
		switch string(part) {
		case "Execution", "StateMachine", "Task":
		default:
			return true
		}
	}
	return false
}

// loadMachines takes up the definitions of a configuration.
func loadMachines(ctx context.Context, c Config) (*machines, error) {
	m := &machines{journal: c.Journal, tasks: c.Tasks, present: map[string]string{}, parsed: map[[2]string]*machine{}}
	for name, d := range c.Definitions {
		if err := m.define(ctx, name, d); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// define parses a definition, makes sure that each of its tasks can be run, journals
// it and has new executions run it.
func (m *machines) define(ctx context.Context, name string, d Definition) error {
	source, hash, err := d.Resolve()
	if err != nil {
		return fmt.Errorf("state machine %q: %w", name, err)
	}
	parsed, err := parse(source)
	if err != nil {
		return fmt.Errorf("state machine %q: %w", name, err)
	}
	if err := m.tasks.Check(name, source); err != nil {
		return err
	}
	if err := m.journal.PutDefinition(ctx, name, hash, source); err != nil {
		return fmt.Errorf("journal the definition of state machine %q: %w", name, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.present[name] = hash
	m.parsed[[2]string{name, hash}] = parsed
	return nil
}

// withdraw has no new executions of a machine be started.
func (m *machines) withdraw(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.present, name)
}

// hash answers the hash of the present definition of a machine.
func (m *machines) hash(machine string) (string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	hash, ok := m.present[machine]
	if !ok {
		return "", fmt.Errorf("%w: %q", workflow.ErrStateMachineDoesNotExist, machine)
	}
	return hash, nil
}

// get answers a definition, present or past.
func (m *machines) get(ctx context.Context, name, hash string) (*machine, error) {
	key := [2]string{name, hash}
	m.mu.RLock()
	parsed, ok := m.parsed[key]
	m.mu.RUnlock()
	if ok {
		return parsed, nil
	}
	source, err := m.journal.Definition(ctx, name, hash)
	if err != nil {
		return nil, err
	}
	parsed, err = parse(source)
	if err != nil {
		return nil, unreadable{fmt.Errorf("definition %.12s of state machine %q: %w", hash, name, err)}
	}
	m.mu.Lock()
	m.parsed[key] = parsed
	m.mu.Unlock()
	return parsed, nil
}
