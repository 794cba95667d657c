package client

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// Every operation must be what the published schema allows, or the server would
// refuse it.
func TestOperationsAreOfTheSchema(t *testing.T) {
	schema := loadSchema(t)
	files, err := operations.ReadDir("operations")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		name, isOperation := strings.CutSuffix(file.Name(), ".graphql")
		if !isOperation {
			continue
		}
		doc, errs := gqlparser.LoadQueryWithRules(schema, document(name), nil)
		if errs != nil {
			t.Errorf("%s: %v", name, errs)
			continue
		}
		if len(doc.Operations) != 1 || doc.Operations[0].Name != name {
			t.Errorf("%s.graphql must hold one operation of that name", name)
		}
		checked++
	}
	if checked < 10 {
		t.Errorf("%d operations were checked; where are the others?", checked)
	}
}

func loadSchema(t *testing.T) *ast.Schema {
	t.Helper()
	paths, _ := filepath.Glob("../../graph/*.graphqls")
	var sources []*ast.Source
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: path, Input: string(text)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatalf("the schema: %v", err)
	}
	return schema
}
