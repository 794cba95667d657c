package graph

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gqlast "github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	gqlparser "github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/vacancy/vacancy/graph/generated"
	"github.com/vacancy/vacancy/internal/booking"
)

var update = flag.Bool("update", false, "write schema.graphql anew")

func schemaOfAPI() *gqlast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
}

// TestPublishedSchema holds schema.graphql to the schema that is served.
func TestPublishedSchema(t *testing.T) {
	var want bytes.Buffer
	want.WriteString("# Made from graph/*.graphqls by go generate ./graph. Do not edit.\n\n")
	formatter.NewFormatter(&want, formatter.WithIndent("  ")).FormatSchema(schemaOfAPI())
	if *update {
		if err := os.WriteFile("schema.graphql", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Fatal("schema.graphql is not the schema that is served; run go generate ./graph")
	}
	if _, err := validator.LoadSchema(validator.Prelude, &gqlast.Source{Name: "schema.graphql", Input: string(got)}); err != nil {
		t.Fatalf("schema.graphql does not load by itself: %v", err)
	}
}

// TestGeneratedCodeIsOfThisSchema finds generated code that is older than the schema.
func TestGeneratedCodeIsOfThisSchema(t *testing.T) {
	files, err := filepath.Glob("*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatalf("no schema files: %v", err)
	}
	sources := []*gqlast.Source{validator.Prelude}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &gqlast.Source{Name: file, Input: string(text)})
	}
	schema, err := validator.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	var written, compiled bytes.Buffer
	formatter.NewFormatter(&written).FormatSchema(schema)
	formatter.NewFormatter(&compiled).FormatSchema(schemaOfAPI())
	if !bytes.Equal(written.Bytes(), compiled.Bytes()) {
		t.Fatal("the generated code is not of these *.graphqls; run go generate ./graph")
	}
}

// TestEveryFieldSaysWhoMayReadIt fails for a field that nobody declared.
func TestEveryFieldSaysWhoMayReadIt(t *testing.T) {
	schema := schemaOfAPI()
	for _, undeclared := range undeclaredFields(schema) {
		t.Errorf("%s has no @allow, and its type is not @asParent", undeclared)
	}

	// The check itself must find some. The schema is the one that every test uses.
	field, money := schema.Mutation.Fields[0], schema.Types["Money"]
	defer func(ofField, ofMoney gqlast.DirectiveList) {
		field.Directives, money.Directives = ofField, ofMoney
	}(field.Directives, money.Directives)
	field.Directives, money.Directives = nil, nil
	want := []string{"Money.amount", "Money.currency", "Mutation." + field.Name}
	if got := undeclaredFields(schema); !slices.Equal(got, want) {
		t.Errorf("with three declarations taken away it found %v, want %v", got, want)
	}
}

func undeclaredFields(schema *gqlast.Schema) (undeclared []string) {
	for _, object := range schema.Types {
		if object.Kind != gqlast.Object || object.BuiltIn || strings.HasPrefix(object.Name, "__") {
			continue
		}
		root := object == schema.Query || object == schema.Mutation
		for _, field := range object.Fields {
			if strings.HasPrefix(field.Name, "__") || field.Directives.ForName("allow") != nil {
				continue
			}
			if root || object.Directives.ForName("asParent") == nil {
				undeclared = append(undeclared, object.Name+"."+field.Name)
			}
		}
	}
	slices.Sort(undeclared)
	return undeclared
}

// TestOperationsAreValid holds the ready operations to the schema and the limits.
func TestOperationsAreValid(t *testing.T) {
	read := []string{"browse", "reserve", "pay", "extend", "cancel", "poll", "mine", "place-order", "order"}
	for _, name := range read {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("operations", name+".graphql"))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := gqlparser.ParseQueryWithTokenLimit(&gqlast.Source{Input: string(text)}, DefaultLimits().Tokens)
			if err != nil {
				t.Fatal(err)
			}
			if errs := validator.ValidateWithRules(schemaOfAPI(), doc, rules.NewDefaultRules()); errs != nil {
				t.Error(errs)
			}
			if refusal := checkShape(doc, DefaultLimits(), false); refusal != nil {
				t.Error(refusal)
			}
		})
	}
	files, _ := filepath.Glob("operations/*.graphql")
	if len(files) != len(read) {
		t.Errorf("there are %d operations, this test reads %d: %v", len(files), len(read), files)
	}
}

// TestEnumsAreTheDomains holds each enum to the constants of the type behind it.
func TestEnumsAreTheDomains(t *testing.T) {
	schema := schemaOfAPI()
	for enum, of := range map[string]struct{ dir, typ string }{
		"UserErrorCode":     {"../internal/booking", "Code"},
		"OrderStatus":       {"../internal/saga/order", "Status"},
		"OrderEventKind":    {"../internal/saga/order", "EventKind"},
		"ShipmentStatus":    {"../internal/saga/order", "ShipmentStatus"},
		"ApartmentStatus":   {"../internal/booking", "ApartmentStatus"},
		"ApartmentOrder":    {"../internal/booking", "ApartmentOrder"},
		"RentPeriod":        {"../internal/booking", "RentPeriod"},
		"ReservationStatus": {"../internal/booking", "ReservationStatus"},
		"PaymentStatus":     {"../internal/booking", "PaymentStatus"},
		"PaymentNextAction": {"../internal/booking", "NextAction"},
		"LateMoney":         {"../internal/booking", "LateMoney"},
		"TimelineKind":      {"../internal/booking", "TimelineKind"},
		"ExecutionStatus":   {"../internal/workflow", "Status"},
	} {
		var inSchema []string
		for _, v := range schema.Types[enum].EnumValues {
			inSchema = append(inSchema, v.Name)
		}
		inDomain := constantsOf(t, of.dir, of.typ)
		// What a step of the workflow answers for no payment at all; nobody sees it.
		inDomain = slices.DeleteFunc(inDomain, func(v string) bool { return v == string(booking.NoPayment) })
		slices.Sort(inSchema)
		slices.Sort(inDomain)
		if !slices.Equal(inSchema, inDomain) {
			t.Errorf("enum %s is %v in the schema, %s is %v", enum, inSchema, of.typ, inDomain)
		}
	}
}

// constantsOf answers the values of the string constants of a type, from the source.
func constantsOf(t *testing.T, dir, typ string) (values []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typ {
				return true
			}
			for _, value := range spec.Values {
				if literal, ok := value.(*ast.BasicLit); ok {
					text, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, text)
				}
			}
			return true
		})
	}
	return values
}
