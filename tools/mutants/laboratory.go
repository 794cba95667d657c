package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

var (
	errSurvived = errors.New("it survived: the tests pass with the bug in place")
	errNoBuild  = errors.New("it does not compile, so it shows nothing")
)

// laboratory runs tests with and without mutants.
type laboratory struct {
	root string // of the module
	dir  string // for what it writes
}

// verdict is what became of a mutant. err is nil when a test found it.
type verdict struct {
	mutant   Mutant
	caughtBy []string // tests that failed
	took     time.Duration
	output   string
	err      error
}

// healthy checks that every test passes while there is no mutant: one that fails
// anyway catches nothing.
func (l laboratory) healthy(ctx context.Context, mutants []Mutant, parallel int) error {
	var group errgroup.Group
	group.SetLimit(parallel)
	done := map[string]bool{}
	for _, m := range mutants {
		if done[m.Tests] {
			continue
		}
		done[m.Tests] = true
		group.Go(func() error {
			if out, err := l.test(ctx, m.Tests, ""); err != nil {
				return fmt.Errorf("go test %s fails without any mutant:\n%s", m.Tests, indent(out))
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// tryAll tries mutants, so many at once, and yields the verdicts as they come.
func (l laboratory) tryAll(ctx context.Context, mutants []Mutant, parallel int) iter.Seq[verdict] {
	return func(yield func(verdict) bool) {
		todo, verdicts := make(chan int), make(chan verdict)
		var workers sync.WaitGroup
		for range parallel {
			workers.Go(func() {
				for i := range todo {
					verdicts <- l.tryOne(ctx, mutants[i], i)
				}
			})
		}
		go func() {
			for i := range mutants {
				todo <- i
			}
			close(todo)
			workers.Wait()
			close(verdicts)
		}()
		wanted := true
		for v := range verdicts { // to the end, so that no worker is left behind
			wanted = wanted && yield(v)
		}
	}
}

func (l laboratory) tryOne(ctx context.Context, m Mutant, number int) verdict {
	began := time.Now()
	v := verdict{mutant: m}
	overlay, err := l.overlay(m, number)
	if err != nil {
		v.err = err
		return v
	}
	v.output, err = l.test(ctx, m.Tests, overlay)
	v.took = time.Since(began)
	v.caughtBy, v.err = judge(v.output, err)
	if ctx.Err() != nil {
		v.err = ctx.Err()
	}
	return v
}

var failedTest = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// judge says which tests found the bug, going by what go test printed and answered.
func judge(output string, err error) (caughtBy []string, _ error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil, errSurvived
	case !errors.As(err, &exit):
		return nil, err
	case strings.Contains(output, "[build failed]") || strings.Contains(output, "[setup failed]"):
		return nil, errNoBuild
	}
	for _, match := range failedTest.FindAllStringSubmatch(output, -1) {
		caughtBy = append(caughtBy, match[1])
	}
	switch {
	case len(caughtBy) > 0:
	case strings.Contains(output, "panic: test timed out"):
		caughtBy = []string{"a test that hangs"}
	case strings.Contains(output, "panic: "):
		caughtBy = []string{"a panic"}
	default:
		return nil, errors.New("go test failed, but no test did")
	}
	return caughtBy, nil
}

// overlay writes the mutated file and the description of where it belongs.
func (l laboratory) overlay(m Mutant, number int) (string, error) {
	text, err := m.mutate(l.root)
	if err != nil {
		return "", err
	}
	base := filepath.Join(l.dir, strconv.Itoa(number))
	if err := os.WriteFile(base+".go", []byte(text), 0o600); err != nil {
		return "", err
	}
	description, err := json.Marshal(map[string]any{"Replace": map[string]string{m.path(l.root): base + ".go"}})
	if err != nil {
		return "", err
	}
	return base + ".json", os.WriteFile(base+".json", description, 0o600)
}

// test runs go test. The overlay goes by GOFLAGS, so that a go build which a test runs
// has it too. Without one, results may come from the cache.
func (l laboratory) test(ctx context.Context, tests, overlay string) (string, error) {
	args := append([]string{"test", "-failfast", "-timeout", "60s"}, strings.Fields(tests)...)
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = l.root
	// A test that skips for want of a tool would find nothing: then it is to fail.
	command.Env = append(os.Environ(), "VACANCY_REQUIRE_TOOLS=1")
	if overlay != "" {
		command.Env = append(command.Env, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	}
	out, err := command.CombinedOutput()
	return string(out), err
}
