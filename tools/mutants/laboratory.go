package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

	overlay  string            // with the schemata
	in       map[string]bool   // mutants that the schemata plant, by name
	binaries map[string]string // a package's tests, built with the schemata
}

// verdict is what became of a mutant. err is nil when a test found it.
type verdict struct {
	mutant   Mutant
	caughtBy []string // tests that failed
	took     time.Duration
	output   string
	err      error
}

// prepare builds the tests with the schemata and checks that each that is wanted passes while
// no mutant is planted: one that fails anyway catches nothing. A package that cannot be built
// so, since a mutant does not compile, is left out: its mutants are tried alone.
func (l *laboratory) prepare(ctx context.Context, mutants []Mutant, parallel int) (err error) {
	if l.overlay, l.in, err = l.schemata(mutants); err != nil {
		return err
	}
	l.binaries = map[string]string{}
	patterns := map[string][]string{} // -run patterns by what else the tests' arguments say
	for _, m := range mutants {
		others, pattern := m.tests()
		l.binaries[others[0]] = ""
		if rest := strings.Join(others, " "); !slices.Contains(patterns[rest], pattern) {
			patterns[rest] = append(patterns[rest], pattern)
		}
	}
	if err := l.build(ctx, parallel); err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(parallel)
	for others, patterns := range patterns {
		group.Go(func() error {
			out, err := l.test(ctx, strings.Fields(others), strings.Join(patterns, "|"), "10m", "")
			if err != nil {
				return fmt.Errorf("go test %s -run %s fails without any mutant:\n%s", others, strings.Join(patterns, "|"), indent(out))
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// build builds the tests of every package of l.binaries.
func (l *laboratory) build(ctx context.Context, parallel int) error {
	var group errgroup.Group
	group.SetLimit(parallel)
	var lock sync.Mutex
	for number, folder := range slices.Sorted(maps.Keys(l.binaries)) {
		group.Go(func() error {
			binary := filepath.Join(l.dir, fmt.Sprintf("%d.test", number))
			out, err := l.run(ctx, l.root, l.overlay, "", "go", "test", "-vet=off", "-c", "-o", binary, folder)
			lock.Lock()
			defer lock.Unlock()
			if err == nil {
				l.binaries[folder] = binary
				return nil
			}
			fmt.Printf("%s is not built with all its mutants, so they are tried one by one:\n%s\n", folder, indent(out))
			delete(l.binaries, folder)
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
	others, pattern := m.tests()
	var err error
	if l.in[m.Name] && l.binaries[others[0]] != "" {
		v.output, err = l.test(ctx, others, pattern, "60s", m.Name)
	} else {
		v.output, err = l.alone(ctx, m, number)
	}
	v.took = time.Since(began)
	v.caughtBy, v.err = judge(v.output, err)
	if ctx.Err() != nil {
		v.err = ctx.Err()
	}
	return v
}

// test runs tests of a package with the mutant of this name, or with none.
func (l laboratory) test(ctx context.Context, others []string, pattern, timeout, mutant string) (string, error) {
	binary := l.binaries[others[0]]
	if binary == "" {
		return l.run(ctx, l.root, "", "", "go", append([]string{"test", "-vet=off", "-timeout", timeout, "-run", pattern}, others...)...)
	}
	args := []string{"-test.failfast", "-test.timeout", timeout, "-test.run", pattern}
	for _, flag := range others[1:] {
		args = append(args, strings.Replace(flag, "-", "-test.", 1))
	}
	return l.run(ctx, filepath.Join(l.root, filepath.FromSlash(others[0])), l.overlay, mutant, binary, args...)
}

// alone tries a mutant in a build of its own.
func (l laboratory) alone(ctx context.Context, m Mutant, number int) (string, error) {
	overlay, err := l.mutated(m, number)
	if err != nil {
		return "", err
	}
	args := append([]string{"test", "-vet=off", "-failfast", "-timeout", "60s"}, strings.Fields(m.Tests)...)
	return l.run(ctx, l.root, overlay, "", "go", args...)
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

// mutated writes the mutated file and an overlay with it alone.
func (l laboratory) mutated(m Mutant, number int) (overlay string, err error) {
	text, err := m.mutate(l.root)
	if err != nil {
		return "", err
	}
	name := strconv.Itoa(number)
	file := filepath.Join(l.dir, name+".go")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", err
	}
	return l.describe(name, map[string]string{m.path(l.root): file})
}

// describe writes an overlay for the go command.
func (l laboratory) describe(name string, replace map[string]string) (string, error) {
	description, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(l.dir, name+".json")
	return overlay, os.WriteFile(overlay, description, 0o600)
}

// run runs a command. The overlay goes by GOFLAGS and the mutant by the environment, so that
// a go build which a test runs, and what is built so, have them too.
func (l laboratory) run(ctx context.Context, folder, overlay, mutant, name string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = folder
	// A test that skips for want of a tool would find nothing: then it is to fail.
	command.Env = append(os.Environ(), "VACANCY_REQUIRE_TOOLS=1", plantedBy+"="+mutant)
	if overlay != "" {
		command.Env = append(command.Env, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	}
	out, err := command.CombinedOutput()
	return string(out), err
}
