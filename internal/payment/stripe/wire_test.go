package stripe_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/stripe/stripetest"
)

// stripeMock is Stripe's own checker of requests: it holds them to the OpenAPI document and
// answers fixtures.
const stripeMock = "github.com/stripe/stripe-mock@v0.203.0"

// TestWire sends every request that the gateway makes to stripe-mock: a parameter that
// Stripe does not know, or an answer that is read wrongly, fails here.
func TestWire(t *testing.T) {
	g := open(t, startStripeMock(t), nil)
	p := payment("res_1-p1")
	created, err := g.Create(t.Context(), p, "res_1", "create")
	if err != nil || created.Ref == "" {
		t.Fatalf("Create: %+v, %v", created, err)
	}
	for name, call := range map[string]func(context.Context) (booking.GatewayPayment, error){
		"Authorize": func(ctx context.Context) (booking.GatewayPayment, error) {
			return g.Authorize(ctx, created.Ref, stripetest.Visa, "authorize")
		},
		"Capture": func(ctx context.Context) (booking.GatewayPayment, error) {
			return g.Capture(ctx, created.Ref, "capture")
		},
		"Void": func(ctx context.Context) (booking.GatewayPayment, error) { return g.Void(ctx, created.Ref, "void") },
		"Refund": func(ctx context.Context) (booking.GatewayPayment, error) {
			return g.Refund(ctx, created.Ref, "refund")
		},
		"Lookup": func(ctx context.Context) (booking.GatewayPayment, error) { return g.Lookup(ctx, created.Ref) },
	} {
		if p, err := call(t.Context()); err != nil || p.Ref == "" {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if c, err := g.Confirmation(t.Context(), created.Ref); err != nil || c.ClientSecret == "" || c.Next != booking.Confirm {
		t.Errorf("Confirmation: %v, next %q", err, c.Next)
	}
	old := p
	old.CreatedAt = now().Add(-2 * time.Hour)
	for name, asked := range map[string]booking.Payment{"listing": p, "searching": old} {
		if _, err := g.Find(t.Context(), asked, "res_1"); !errors.Is(err, booking.ErrNotAtGateway) {
			t.Errorf("Find by %s among the fixtures: %v, want ErrNotAtGateway", name, err)
		}
	}
}

// startStripeMock answers its address. It skips the test where stripe-mock cannot be had.
func startStripeMock(t *testing.T) string {
	t.Helper()
	path, err := buildStripeMock(t.Context())
	if err != nil {
		if os.Getenv("VACANCY_REQUIRE_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Skip("stripe-mock cannot be built here: ", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	command := exec.CommandContext(t.Context(), path, "-http-port", fmt.Sprint(port))
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	address := fmt.Sprintf("http://127.0.0.1:%d", port)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(30 * time.Second); ; {
		if answer, err := http.Get(address); err == nil {
			_ = answer.Body.Close()
			return address
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("stripe-mock does not answer")
		}
	}
}

// buildStripeMock answers the program's path in the tools' folder, where it is built once.
// It is no dependency of the product.
func buildStripeMock(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	tools := filepath.Join(cache, "vacancy-tools")
	path := filepath.Join(tools, "stripe-mock-v0.203.0")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return "", err
	}
	bin, err := os.MkdirTemp(tools, "stripe-mock-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(bin)
	command := exec.CommandContext(ctx, "go", "install", stripeMock)
	command.Env = append(os.Environ(), "GOFLAGS=", "GOBIN="+bin)
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, os.Rename(filepath.Join(bin, "stripe-mock"), path)
}
