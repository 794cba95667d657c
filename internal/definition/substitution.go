package definition

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/vacancy/vacancy/internal/asl"
)

// substitutions is what a template fills into a definition's placeholders.
type substitutions struct {
	given    []substitution
	declared bool     // the template has DefinitionSubstitutions
	filledIn []string // placeholders that functions of CloudFormation fill in
}

type substitution struct {
	name  string
	place Place
}

func readSubstitutions(file string, n ast.Node, filledIn []string) *substitutions {
	s := &substitutions{declared: n != nil, filledIn: filledIn}
	for _, m := range membersOf(n) {
		s.given = append(s.given, substitution{keyOf(m), placeOf(file, m.Key)})
	}
	return s
}

// problems tells of placeholders that nothing fills in, which then stay in the deployed
// definition as they are, and of substitutions that no placeholder asks for.
func (s *substitutions) problems(d Definition) []Problem {
	var all []Problem
	used := map[string]bool{}
	for _, at := range placeholderPattern.FindAllSubmatchIndex(d.Source, -1) {
		name := string(d.Source[at[2]:at[3]])
		known := slices.ContainsFunc(s.given, func(g substitution) bool { return g.name == name }) || slices.Contains(s.filledIn, name)
		if !known && !used[name] {
			all = append(all, s.undefined(d, name, at[0]))
		}
		used[name] = true
	}
	for _, g := range s.given {
		if !used[g.name] {
			all = append(all, Problem{asl.Problem{
				Path: "$", Severity: asl.SeverityWarning, Suggestion: "remove it",
				Message: fmt.Sprintf("the substitution %q is used by no placeholder of %s", g.name, d.Name),
			}, g.place})
		}
	}
	return all
}

// isResource matches what stands before the value of a Task's Resource, in which Step
// Functions refuses a placeholder; in other texts it is a text.
var isResource = regexp.MustCompile(`"Resource"\s*:\s*"$`)

func (s *substitutions) undefined(d Definition, name string, offset int) Problem {
	start := max(0, strings.LastIndexByte(string(d.Source[:offset]), '\n')+1)
	line := 1 + strings.Count(string(d.Source[:offset]), "\n")
	p := asl.Problem{
		Path: "$", Line: line, Column: offset - start + 1, Severity: asl.SeverityWarning,
		Message:    fmt.Sprintf("no substitution fills in the placeholder ${%s}: it is deployed as it stands", name),
		Suggestion: fmt.Sprintf("add %s to the DefinitionSubstitutions of %s", name, d.Name),
	}
	if s.declared && isResource.Match(d.Source[:offset]) {
		p.Severity = asl.SeverityError
	}
	return d.Locate(p)
}
