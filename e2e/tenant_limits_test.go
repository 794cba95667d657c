package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestATenantsLimits: as many holds as the deployment allows, given back by cancelling, by
// paying and by lapsing, also after a restart; and so often a minute.
func TestATenantsLimits(t *testing.T) {
	t.Parallel()
	p, tt := newServer(t, "--max-holds", "2", "--hold-budget", "1h")
	ctx := testContext(t)
	hold := func(window time.Duration) (answer, error) {
		return tt.alice.reserve(ctx, tt.newApartment(t, window), newKey())
	}
	one, err := hold(time.Minute)
	first := must(t, one, err).Reservation
	two, err := hold(time.Second)
	second := must(t, two, err).Reservation
	third, err := hold(time.Minute)
	mustRefuse(t, "HOLD_LIMIT_REACHED", third, err)

	tt.awaitThat(t, second.ID, "it is released", func(r reservation) bool { return slices.Contains(r.kinds(), "HOLD_EXPIRED") })
	two, err = hold(time.Minute)
	second = must(t, two, err).Reservation
	paid, err := tt.alice.pay(ctx, first.ID, "pm_ok", newKey())
	must(t, paid, err)
	tt.await(t, first.ID, "PAID")
	third, err = hold(time.Minute)
	must(t, third, err)
	fourth, err := hold(time.Minute)
	mustRefuse(t, "HOLD_LIMIT_REACHED", fourth, err)
	cancelled, err := tt.alice.cancel(ctx, second.ID)
	must(t, cancelled, err)

	if code, err := p.stop(30 * time.Second); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	again, err := serve(p.Dir, "--max-holds", "1", "--reserve-rate", "2")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.kill)
	if tt, err = targetOf(again); err != nil {
		t.Fatal(err)
	}
	refused, err := tt.alice.reserve(ctx, tt.newApartment(t, time.Minute), newKey())
	mustRefuse(t, "HOLD_LIMIT_REACHED", refused, err)
	refused, err = tt.alice.reserve(ctx, tt.newApartment(t, time.Minute), newKey())
	mustRefuse(t, "RATE_LIMITED", refused, err)
	others, err := tt.bob.reserve(ctx, tt.newApartment(t, time.Minute), newKey())
	must(t, others, err)
}

// TestOnlyTheAppsOperations: with --operations the server answers the documents of a folder
// and its own commands, and nothing else.
func TestOnlyTheAppsOperations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const own = "query Own { __typename }"
	if err := os.WriteFile(filepath.Join(dir, "own.graphql"), []byte(own+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, tt := newServer(t, "--operations", dir)
	for document, want := range map[string]string{own: `"data"`, "query Other { __typename }": "OPERATION_NOT_ALLOWED"} {
		_, body, err := tt.alice.post(testContext(t), "/graphql", []byte(`{"query": "`+document+`"}`))
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, %v; want %s", document, body, err, want)
		}
	}
	command(t, "", "apartments", "--data", p.Dir, "--first", "1")
	r, err := vacancy(t.Context(), "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--operations", filepath.Join(dir, "none"))
	if err != nil || r.code == 0 || !strings.Contains(r.stderr, "--operations") {
		t.Errorf("operations that are not there: exit code %d, %v: %s", r.code, err, r.stderr)
	}
}
