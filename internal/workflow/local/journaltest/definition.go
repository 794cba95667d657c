package journaltest

import (
	"errors"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

var definitionTests = []test{
	{"Definition/RoundTrip", func(t *testing.T, j local.Journal) {
		source := []byte("{\"StartAt\":\"A\"} \x00\xff")
		for range 2 { // storing it again changes nothing
			if err := j.PutDefinition(t.Context(), "reservation", "h1", source); err != nil {
				t.Fatalf("PutDefinition = %v", err)
			}
		}
		source[0] = 'X' // the caller's buffer is the caller's
		got, err := j.Definition(t.Context(), "reservation", "h1")
		if err != nil {
			t.Fatalf("Definition = %v", err)
		}
		if want := "{\"StartAt\":\"A\"} \x00\xff"; string(got) != want {
			t.Errorf("Definition = %q, want %q", got, want)
		}
	}},
	{"Definition/VersionsAreKept", func(t *testing.T, j local.Journal) {
		for _, hash := range []string{"h1", "h2"} {
			if err := j.PutDefinition(t.Context(), "reservation", hash, []byte(hash)); err != nil {
				t.Fatalf("PutDefinition = %v", err)
			}
		}
		for _, hash := range []string{"h1", "h2"} {
			got, err := j.Definition(t.Context(), "reservation", hash)
			if err != nil || string(got) != hash {
				t.Errorf("Definition(%s) = %q, %v", hash, got, err)
			}
		}
	}},
	{"Definition/Unknown", func(t *testing.T, j local.Journal) {
		if err := j.PutDefinition(t.Context(), "reservation", "h1", []byte("{}")); err != nil {
			t.Fatalf("PutDefinition = %v", err)
		}
		for _, c := range [][2]string{{"reservation", "h2"}, {"trip", "h1"}} {
			if _, err := j.Definition(t.Context(), c[0], c[1]); !errors.Is(err, workflow.ErrStateMachineDoesNotExist) {
				t.Errorf("Definition(%s, %s) = %v, want ErrStateMachineDoesNotExist", c[0], c[1], err)
			}
		}
	}},
}
