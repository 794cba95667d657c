package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// listFile is where the mutants are listed, from the module's root.
const listFile = "tools/mutants/mutants.yaml"

// Mutant is one planted bug.
type Mutant struct {
	Name string `yaml:"name"`
	Why  string `yaml:"why"`  // what would go wrong in the world, in a sentence
	File string `yaml:"file"` // from the module's root, with forward slashes
	Old  string `yaml:"old"`  // occurs exactly once in the file
	New  string `yaml:"new"`
	// Tests are the arguments of the go test that must fail: a package, -run with a pattern,
	// and flags without a value.
	Tests string `yaml:"tests"`
}

// load reads the list and refuses one that is incomplete or no longer true.
func load(root string) ([]Mutant, error) {
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(listFile)))
	if err != nil {
		return nil, err
	}
	var mutants []Mutant
	if err := yaml.UnmarshalWithOptions(content, &mutants, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", listFile, err)
	}
	names := map[string]bool{}
	var errs []error
	for _, m := range mutants {
		if names[m.Name] {
			errs = append(errs, fmt.Errorf("two mutants are called %q", m.Name))
		}
		names[m.Name] = true
		if _, err := m.mutate(root); err != nil {
			errs = append(errs, err)
		}
	}
	return mutants, errors.Join(errs...)
}

// mutate answers the text of the mutant's file with the bug in it.
func (m Mutant) mutate(root string) (string, error) {
	if m.Name == "" || m.Why == "" || m.File == "" || m.Old == "" || m.Tests == "" {
		return "", fmt.Errorf("%s: the mutant %q needs name, why, file, old and tests", listFile, m.Name)
	}
	if others, pattern := m.tests(); pattern == "" || len(others) == 0 || !strings.HasPrefix(others[0], ".") {
		return "", fmt.Errorf("%s: the mutant %q must name its tests by a package and -run, so that they are few", listFile, m.Name)
	}
	content, err := os.ReadFile(m.path(root))
	if err != nil {
		return "", fmt.Errorf("%s: the mutant %q does not apply any more: %w", listFile, m.Name, err)
	}
	if err := m.applies(string(content)); err != nil {
		return "", err
	}
	old, replacement := m.texts()
	return strings.Replace(string(content), old, replacement, 1), nil
}

// tests answers the -run pattern and the other arguments, of which the first is the package.
func (m Mutant) tests() (others []string, pattern string) {
	others = strings.Fields(m.Tests)
	if i := slices.Index(others, "-run"); i >= 0 && i+1 < len(others) {
		pattern = strings.Trim(others[i+1], "'")
		others = slices.Delete(others, i, i+2)
	}
	return others, pattern
}

// texts answers what to put in whose place. A block of YAML ends with a line break that the
// text need not have.
func (m Mutant) texts() (old, replacement string) {
	return strings.TrimSuffix(m.Old, "\n"), strings.TrimSuffix(m.New, "\n")
}

// applies refuses a mutant whose text is not, or no longer, in its file once.
func (m Mutant) applies(content string) error {
	old, _ := m.texts()
	if n := strings.Count(content, old); n != 1 {
		return fmt.Errorf("%s: the mutant %q does not apply any more: its text occurs %d times in %s, not once", listFile, m.Name, n, m.File)
	}
	return nil
}

func (m Mutant) path(root string) string { return filepath.Join(root, filepath.FromSlash(m.File)) }
