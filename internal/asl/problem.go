package asl

import (
	"bytes"
	"fmt"
	"strings"
)

// Severity says whether a problem keeps a definition from being run.
type Severity string

const (
	SeverityError   Severity = "ERROR"
	SeverityWarning Severity = "WARNING"
)

// Problem is one thing that is wrong with a definition, and where.
type Problem struct {
	Path       string // JSONPath of the place, "$.States.Pay.Next"
	Line       int    // from 1
	Column     int    // from 1, in bytes
	Message    string // what is wrong and what was expected
	Suggestion string // what to write instead, if that is clear
	Severity   Severity
	// Unsupported says that Step Functions takes it and this engine does not.
	Unsupported bool
}

func (p Problem) String() string {
	s := fmt.Sprintf("%d:%d: %s: %s", p.Line, p.Column, p.Path, p.Message)
	if p.Suggestion != "" {
		s += "; " + p.Suggestion
	}
	return s
}

// InvalidDefinition is the error of Parse: every error found in a definition.
type InvalidDefinition struct{ Problems []Problem }

func (e *InvalidDefinition) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return "invalid definition:\n" + strings.Join(lines, "\n")
}

func problemAt(src []byte, path string, offset int, message string) Problem {
	offset = min(max(offset, 0), len(src))
	before := src[:offset]
	return Problem{
		Path: path, Line: bytes.Count(before, []byte("\n")) + 1, Column: offset - bytes.LastIndexByte(before, '\n'),
		Message: message, Severity: SeverityError,
	}
}
