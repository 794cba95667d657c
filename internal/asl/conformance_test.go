package asl_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
)

// floorFile holds how many cases of each kind answer as AWS does. It only rises: the
// test fails when a count is below it, and asks for it to be raised when one is above.
const floorFile = "testdata/conformance_floor.json"

type verdict struct {
	answered int
	total    int
	refused  map[string][]string // reason → cases
	missed   []string
}

// TestConformance runs every case and compares with what AWS
// answered. With -v it prints what is refused and missed, and why.
func TestConformance(t *testing.T) {
	verdicts := map[string]*verdict{}
	for _, c := range readConformance(t) {
		v := verdicts[c.Kind]
		if v == nil {
			v = &verdict{refused: map[string][]string{}}
			verdicts[c.Kind] = v
		}
		v.total++
		switch c.Kind {
		case "validate":
			v.note(c, c.validate())
		case "test_state":
			v.note(c, c.testState())
		default:
			v.note(c, c.execute())
		}
	}
	checkFloor(t, verdicts)
}

func (v *verdict) note(c *conformanceCase, err error) {
	var invalid *asl.InvalidDefinition
	switch {
	case err == nil:
		v.answered++
	case errors.As(err, &invalid):
		reason := invalid.Problems[0].Message
		v.refused[reason] = append(v.refused[reason], c.file)
	default:
		v.missed = append(v.missed, c.file+": "+err.Error())
	}
}

// execute runs an exec or sync case; its error tells how the answer differs.
func (c *conformanceCase) execute() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	m, err := asl.Parse(c.Definition)
	if err != nil {
		return err
	}
	v := newVirtual(m, c.Mocks)
	if err := v.run(contextOf(c.Type == "EXPRESS"), c.Input); err != nil {
		return fmt.Errorf("cannot be run: %s", err)
	}
	d := c.differences(v)
	if took := v.now.Sub(started).Seconds(); c.Takes != nil && took != *c.Takes {
		d = append(d, fmt.Sprintf("it takes %v s, want %v s", took, *c.Takes))
	}
	if len(d) > 0 {
		return errors.New(strings.Join(d, "\n  "))
	}
	return nil
}

// validate compares whether a definition is accepted, and where the first problem is.
func (c *conformanceCase) validate() error {
	kind := asl.Standard
	if c.Type == "EXPRESS" {
		kind = asl.Express
	}
	problems := slices.DeleteFunc(asl.Diagnose(c.Definition, kind), func(p asl.Problem) bool { return p.Severity != asl.SeverityError })
	switch {
	case c.Expect.Result == "OK" && len(problems) > 0:
		return fmt.Errorf("AWS accepts it: %s", problems[0])
	case c.Expect.Result == "OK":
		return nil
	case len(problems) == 0:
		return fmt.Errorf("AWS refuses it: %s: %s", c.Expect.Diagnostics[0].Location, c.Expect.Diagnostics[0].Message)
	}
	location := strings.ReplaceAll(strings.TrimPrefix(problems[0].Path, "$"), ".", "/")
	if want := strings.TrimSuffix(c.Expect.Diagnostics[0].Location, "/"); !strings.HasPrefix(location, want) {
		return fmt.Errorf("the problem is at %s, AWS says %s", location, want)
	}
	return nil
}

func checkFloor(t *testing.T, verdicts map[string]*verdict) {
	t.Helper()
	floors := map[string]int{}
	raw, err := os.ReadFile(floorFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &floors); err != nil {
		t.Fatal(err)
	}
	var counts []string
	for _, kind := range []string{"exec", "sync", "validate", "test_state"} {
		v := verdicts[kind]
		refused := 0
		for _, cases := range v.refused {
			refused += len(cases)
		}
		counts = append(counts, fmt.Sprintf("%s %d of %d (%d refused, %d missed)", kind, v.answered, v.total, refused, len(v.missed)))
		switch floor := floors[kind]; {
		case v.answered < floor:
			t.Errorf("%s: %d cases answer as AWS does, the floor is %d", kind, v.answered, floor)
		case v.answered > floor:
			t.Errorf("%s: %d cases answer as AWS does; raise the floor of %d in %s", kind, v.answered, floor, floorFile)
		}
		logVerdict(t, kind, v)
	}
	fmt.Println("conformance: " + strings.Join(counts, ", "))
}

func logVerdict(t *testing.T, kind string, v *verdict) {
	t.Helper()
	var reasons []string
	for reason := range v.refused {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		t.Logf("%s refused %3d  %s\n  %s", kind, len(v.refused[reason]), reason, strings.Join(v.refused[reason], "\n  "))
	}
	for _, m := range v.missed {
		t.Logf("%s missed  %s", kind, m)
	}
}
