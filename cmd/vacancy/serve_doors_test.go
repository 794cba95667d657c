package main

import (
	"strings"
	"testing"
)

func TestDoors(t *testing.T) {
	tls := func(f doorFlags) doorFlags { f.tlsCert, f.tlsKey = "c", "k"; return f }
	oidc := doorFlags{listen: "0.0.0.0:1", oidcIssuer: "https://id.example", oidcAudience: "app"}
	for _, c := range []struct {
		what  string
		flags doorFlags
		told  string // "": it may listen
	}{
		{"this machine", doorFlags{listen: "127.0.0.1:1"}, ""},
		{"this machine by name", doorFlags{listen: "localhost:1"}, ""},
		{"this machine, IPv6", doorFlags{listen: "[::1]:1"}, ""},
		{"this machine by tokens in the clear", doorFlags{listen: "127.0.0.1:1", auth: "tokens"}, ""},
		{"everybody", doorFlags{listen: ":1"}, "this machine only"},
		{"everybody by TLS", tls(doorFlags{listen: ":1"}), "--auth tokens"},
		{"a name that may be anywhere", doorFlags{listen: "house:1"}, "this machine only"},
		{"tokens in the clear", doorFlags{listen: ":1", auth: "tokens"}, "in the clear"},
		{"tokens by TLS", tls(doorFlags{listen: ":1", auth: "tokens"}), ""},
		{"tokens behind a proxy", doorFlags{listen: "10.0.0.1:1", auth: "tokens", behindProxy: true}, ""},
		{"tokens behind three proxies", doorFlags{listen: "10.0.0.1:1", auth: "tokens", behindProxy: true, proxies: 3}, ""},
		{"proxies that are none", doorFlags{listen: "127.0.0.1:1", proxies: 1}, "--behind-proxy"},
		{"fewer than none", doorFlags{listen: "127.0.0.1:1", behindProxy: true, proxies: -1}, "--proxies"},
		{"a provider in the clear", oidc, "in the clear"},
		{"a provider by TLS", tls(oidc), ""},
	} {
		err := c.flags.check()
		if c.told == "" && err != nil || c.told != "" && (err == nil || !strings.Contains(err.Error(), c.told)) {
			t.Errorf("%s: %v, want %q", c.what, err, c.told)
		}
	}
	behind := doorFlags{listen: "127.0.0.1:1", behindProxy: true}
	if err := behind.check(); err != nil || behind.proxies != 1 {
		t.Errorf("--behind-proxy alone means %d proxies, %v", behind.proxies, err)
	}
	if err := oidc.check(); oidc.auth != authOIDC {
		t.Errorf("an issuer alone is --auth %q, %v", oidc.auth, err)
	}
}
