package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// plantedBy is the environment variable that names the mutant which a schemata build plants.
const plantedBy = "MUTANT"

// schemata writes one overlay with all the mutants that it can (mutant schemata: Untch,
// Offutt, Harrold, ISSTA 1993): each is a copy of its function, to which the original goes
// over when the environment says so. So a package's tests are built once, not once for each
// mutant. in says which mutants are in it: those of Go code within one function.
func (l laboratory) schemata(mutants []Mutant) (overlay string, in map[string]bool, err error) {
	files := map[string]*schema{}
	in = map[string]bool{}
	for i, m := range mutants {
		s := files[m.File]
		if s == nil {
			if s, err = newSchema(m.path(l.root)); err != nil {
				return "", nil, err
			}
			files[m.File] = s
		}
		if err := m.applies(string(s.source)); err != nil {
			return "", nil, err
		}
		if s.file != nil && s.add(m, i) {
			in[m.Name] = true
		}
	}
	replace := map[string]string{}
	for name, s := range files {
		if len(s.edits) == 0 {
			continue
		}
		path := filepath.Join(l.root, filepath.FromSlash(name))
		replace[path] = filepath.Join(l.dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(replace[path], s.text(), 0o600); err != nil {
			return "", nil, err
		}
		// Within a package one file is enough to read the environment.
		reads := filepath.Join(filepath.Dir(path), "mutant_planted.go")
		replace[reads] = filepath.Join(l.dir, strings.ReplaceAll(filepath.ToSlash(filepath.Dir(name)), "/", "_")+"_planted.go")
		text := fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar mutantPlanted = os.Getenv(%q)\n", s.file.Name.Name, plantedBy)
		if err := os.WriteFile(replace[reads], []byte(text), 0o600); err != nil {
			return "", nil, err
		}
	}
	overlay, err = l.describe("schemata", replace)
	return overlay, in, err
}

// schema is a file of Go with mutants beside their originals.
type schema struct {
	source []byte
	file   *ast.File // nil when the file is not Go
	at     func(token.Pos) int
	headed map[*ast.FuncDecl]bool
	edits  []edit
	copies bytes.Buffer
}

type edit struct {
	from, to int // bytes of the source
	text     string
}

func newSchema(path string) (*schema, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &schema{source: source, headed: map[*ast.FuncDecl]bool{}}
	if filepath.Ext(path) != ".go" {
		return s, nil
	}
	set := token.NewFileSet()
	if s.file, err = parser.ParseFile(set, path, source, parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	s.at = func(p token.Pos) int { return set.Position(p).Offset }
	return s, nil
}

// add adds a mutant, and says whether it lies within one function's body.
func (s *schema) add(m Mutant, number int) bool {
	old, replacement := m.texts()
	from := bytes.Index(s.source, []byte(old))
	to := from + len(old)
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || from <= s.at(f.Body.Lbrace) || to > s.at(f.Body.Rbrace) {
			continue
		}
		head, call := s.header(f)
		mutated := fmt.Sprintf("%s__%d", f.Name.Name, number)
		body := s.at(f.Body.Lbrace)
		fmt.Fprintf(&s.copies, "\n%s%s%s%s\n",
			strings.Replace(head, f.Name.Name+"\x00", mutated, 1), s.source[body:from], replacement, s.source[to:s.at(f.Body.Rbrace)+1])
		call = strings.Replace(call, f.Name.Name+"\x00", mutated, 1)
		if f.Type.Results == nil {
			call += "; return"
		} else {
			call = "return " + call
		}
		s.edits = append(s.edits, edit{body + 1, body + 1, fmt.Sprintf(" if mutantPlanted == %q { %s };", m.Name, call)})
		return true
	}
	return false
}

// header answers a function's header and a call of it with its own parameters, all of which
// get a name; the function's own name is marked by a NUL.
func (s *schema) header(f *ast.FuncDecl) (head, call string) {
	var edits []edit
	unnamed := 0
	names := func(fields *ast.FieldList) (all []string) {
		if fields == nil {
			return nil
		}
		for _, field := range fields.List {
			if len(field.Names) == 0 {
				unnamed++
				name := fmt.Sprintf("p__%d", unnamed)
				edits = append(edits, edit{s.at(field.Type.Pos()), s.at(field.Type.Pos()), name + " "})
				all = append(all, name)
			}
			for _, n := range field.Names {
				name := n.Name
				if name == "_" {
					unnamed++
					name = fmt.Sprintf("p__%d", unnamed)
					edits = append(edits, edit{s.at(n.Pos()), s.at(n.End()), name})
				}
				all = append(all, name)
			}
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				all[len(all)-1] += "..."
			}
		}
		return all
	}
	call = f.Name.Name + "\x00"
	if receiver := names(f.Recv); len(receiver) == 1 {
		call = receiver[0] + "." + call
	}
	if types := f.Type.TypeParams; types != nil {
		call += "[" + strings.Join(names(types), ", ") + "]"
	}
	call += "(" + strings.Join(names(f.Type.Params), ", ") + ")"
	if !s.headed[f] {
		s.headed[f] = true
		s.edits = append(s.edits, edits...)
	}
	marked := append(slices.Clone(edits), edit{s.at(f.Name.End()), s.at(f.Name.End()), "\x00"})
	return apply(s.source, s.at(f.Pos()), s.at(f.Body.Lbrace), marked), call
}

func (s *schema) text() []byte {
	return append([]byte(apply(s.source, 0, len(s.source), s.edits)), s.copies.Bytes()...)
}

// apply answers source[from:to] with edits, which do not overlap.
func apply(source []byte, from, to int, edits []edit) string {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b edit) int { return a.from - b.from })
	var out strings.Builder
	for _, e := range sorted {
		out.Write(source[from:e.from])
		out.WriteString(e.text)
		from = e.to
	}
	out.Write(source[from:to])
	return out.String()
}
