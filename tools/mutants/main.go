// Command mutants plants bugs and checks that the tests find them.
//
// A mutant is a piece of the program's text, what to put in its place, and the tests
// that must then fail (mutants.yaml). Nothing in the tree is changed: mutated files are
// laid over the originals by the go command's -overlay, all mutants in one build. It exits 1 when a mutant
// survives, does not compile, or no longer applies because the text is not there: the
// list is to stay true.
//
//	go run ./tools/mutants                 all of them, three at a time
//	go run ./tools/mutants -run 'hold|sync'  those whose names match
//	go run ./tools/mutants -list
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	pattern := flags.String("run", "", "only mutants whose names match this regular expression")
	parallel := flags.Int("parallel", 3, "how many are tried at once")
	list := flags.Bool("list", false, "say which mutants there are, and do nothing")
	verbose := flags.Bool("v", false, "show what the tests printed about each mutant")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted, err := regexp.Compile(*pattern)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	all, err := load(root)
	if err != nil {
		return err
	}
	chosen := all[:0:0]
	for _, m := range all {
		if wanted.MatchString(m.Name) {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("no mutant's name matches %q", *pattern)
	}
	if *list {
		for _, m := range chosen {
			fmt.Printf("%s (%s)\n    %s\n", m.Name, m.File, m.Why)
		}
		return nil
	}
	return try(ctx, root, chosen, max(1, *parallel), *verbose)
}

// try plants the mutants and reports what became of each.
func try(ctx context.Context, root string, mutants []Mutant, parallel int, verbose bool) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	lab := laboratory{root: root, dir: dir}
	if err := lab.prepare(ctx, mutants, parallel); err != nil {
		return err
	}
	fmt.Printf("%d mutants in one build, in which the tests pass while none is planted (%s)\n", len(lab.in), time.Since(began).Round(time.Second))
	missed := 0
	for v := range lab.tryAll(ctx, mutants, parallel) {
		if v.err == nil {
			fmt.Printf("caught    %-46s %5.1fs  by %s\n", v.mutant.Name, v.took.Seconds(), strings.Join(v.caughtBy, " "))
		} else {
			missed++
			fmt.Printf("NOT CAUGHT %s\n    %v\n    %s\n", v.mutant.Name, v.err, v.mutant.Why)
		}
		if verbose || v.err != nil && !errors.Is(v.err, errSurvived) {
			fmt.Println(indent(v.output))
		}
	}
	fmt.Printf("%d of %d mutants caught in %s\n", len(mutants)-missed, len(mutants), time.Since(began).Round(time.Second))
	if missed > 0 {
		return fmt.Errorf("%d mutants were not caught", missed)
	}
	return ctx.Err()
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	file := strings.TrimSpace(string(out))
	if err != nil || filepath.Base(file) != "go.mod" {
		return "", fmt.Errorf("run this within the module (go env GOMOD: %q, %w)", file, err)
	}
	return filepath.Dir(file), nil
}

func indent(s string) string {
	return "    | " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    | ")
}
