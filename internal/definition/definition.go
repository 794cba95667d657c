// Package definition reads state machine definitions out of the files that people
// keep them in: Amazon States Language as JSON or YAML, and the state machines of
// AWS SAM and CloudFormation templates. Whatever the form, the definition is answered
// as JSON that knows where in which file each of its parts stands, so that a problem is
// told with the line that somebody wrote.
package definition

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vacancy/vacancy/internal/asl"
)

// Definition is one state machine of a file.
type Definition struct {
	// Name is the file's name without its folder and from its first dot on; in a
	// template it is the resource's logical id.
	Name string
	// Source is the definition as JSON.
	Source []byte
	// Type is what a template creates the machine as; "" where nothing says it.
	Type asl.MachineType

	places        places
	substitutions *substitutions // nil outside of a template
	elsewhere     *Error
}

// Elsewhere answers an *Error where a template names a definition that is not among the
// files here, in a bucket, so that Source is empty; nil otherwise.
func (d Definition) Elsewhere() error {
	if d.elsewhere == nil {
		return nil
	}
	return d.elsewhere
}

// Place is where something stands. Line and Column count from 1, columns in bytes; they
// are 0 where only the file is known.
type Place struct {
	File         string
	Line, Column int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is a problem of a definition and where it stands in its file.
type Problem struct {
	asl.Problem
	Place Place
}

// Opener reads another file that a file names. The path is relative to the folder of
// the file that names it.
type Opener func(path string) ([]byte, error)

// Error is a file out of which no definition can be read.
type Error struct {
	Place   Place
	Message string
}

func (e *Error) Error() string { return e.Place.String() + ": " + e.Message }

// Read reads every definition of a file. A name that ends in ".yaml" or ".yml", or a
// content that begins as no JSON does, is read as YAML; content with a member Resources
// is a template, whose DefinitionUri are read by open. Its error is an *Error.
func Read(file string, content []byte, open Opener) ([]Definition, error) {
	isYAML := strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml") ||
		!bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n\ufeff"), []byte("{"))
	if isYAML || looksLikeTemplate(content) {
		root, err := parseYAML(file, content)
		switch {
		case err != nil && isYAML:
			return nil, err
		case err == nil && isTemplate(root):
			return readTemplate(file, root, open)
		case err == nil && isYAML:
			d, _, err := fromYAML(file, root)
			if err != nil {
				return nil, err
			}
			d.Name = NameOf(file)
			return []Definition{d}, nil
		}
	}
	d := fromJSON(file, content)
	d.Name = NameOf(file)
	return []Definition{d}, nil
}

// NameOf answers the name of the definition in a file: "order" for "flows/order.asl.json".
func NameOf(file string) string {
	name, _, _ := strings.Cut(path.Base(strings.ReplaceAll(file, `\`, "/")), ".")
	return name
}

// Diagnose answers all that can be said of the definition: see [asl.Diagnose], and of
// one in a template also placeholders that nothing fills in and substitutions that
// nothing uses. What Step Functions takes and this engine does not run is a warning,
// since nothing is wrong with it; so is a definition that is not among the files. otherwise is the type where the file says none.
func (d Definition) Diagnose(otherwise asl.MachineType) []Problem {
	if d.elsewhere != nil {
		return []Problem{{asl.Problem{Path: "$", Message: d.elsewhere.Message, Severity: asl.SeverityWarning}, d.elsewhere.Place}}
	}
	var all []Problem
	for _, p := range asl.Diagnose(d.Source, cmp.Or(d.Type, otherwise)) {
		if p.Unsupported {
			p.Severity = asl.SeverityWarning
		}
		all = append(all, d.Locate(p))
	}
	if d.substitutions != nil {
		all = append(all, d.substitutions.problems(d)...)
	}
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Place.File, b.Place.File), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	return all
}

// Locate answers a problem that asl found in the Source with its place in the file.
func (d Definition) Locate(p asl.Problem) Problem { return Problem{p, d.places.of(p.Line, p.Column)} }
