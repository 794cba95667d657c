package asl

import (
	"cmp"
	"errors"
	"slices"
)

// MachineType is what a state machine is created as; it decides what it may do.
type MachineType string

const (
	Standard MachineType = "STANDARD"
	Express  MachineType = "EXPRESS"
)

// Diagnose answers everything that can be said of a definition without running it:
// the errors that Parse refuses it for, what a machine of this type may not do, and
// warnings about what is legal but does not do what it seems to. They are in the order
// of the source. It answers none for a definition that is good. Placeholders that a
// deployment fills in, "${Name}", may stand for an ARN or a number.
func Diagnose(src []byte, machine MachineType) []Problem {
	_, err := (&compiler{src: src, placeholders: true}).compile()
	var all []Problem
	var invalid *InvalidDefinition
	if errors.As(err, &invalid) {
		all = append(all, invalid.Problems...)
	}
	root, problem := readSource(src)
	if problem != nil {
		return all
	}
	l := linter{src: src, machine: machine, raised: map[string]bool{}}
	l.raises(root)
	l.machineNode(root)
	all = append(all, l.problems...)
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return all
}
