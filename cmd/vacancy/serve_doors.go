package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/vacancy/vacancy/internal/httpapi"
)

// Ways of knowing who asks.
const (
	authDevelopment = "development" // tokens of this machine, on this machine
	authTokens      = "tokens"      // tokens that the server signs, which can be revoked
	authOIDC        = "oidc"        // tokens of an identity provider
)

// doorFlags are where the server listens and who may come in.
type doorFlags struct {
	listen       string
	auth         string
	oidcIssuer   string
	oidcAudience string
	tlsCert      string
	tlsKey       string
	behindProxy  bool
	proxies      int
	allowOrigins []string
}

func (f *doorFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.auth, "auth", "", "whose tokens are accepted: development (those of this machine, which nobody else reaches), tokens (signed by this server, revocable) or oidc (default: oidc with --oidc-issuer, else development)")
	flags.StringVar(&f.oidcIssuer, "oidc-issuer", "", "OpenID Connect issuer whose access tokens are accepted, such as https://cognito-idp.REGION.amazonaws.com/POOL")
	flags.StringVar(&f.oidcAudience, "oidc-audience", "", "whom those tokens must be for: their aud or, with Cognito, their client_id")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "certificate to speak HTTPS with, in PEM; read again when it changes")
	flags.StringVar(&f.tlsKey, "tls-key", "", "private key of the certificate, in PEM")
	flags.BoolVar(&f.behindProxy, "behind-proxy", false, "a proxy in front of the server speaks HTTPS with everybody else")
	flags.IntVar(&f.proxies, "proxies", 0, "how many proxies stand in front of the server, each adding to X-Forwarded-For whom it was asked by: the log then tells where requests came from (default: 1 with --behind-proxy)")
	flags.StringSliceVar(&f.allowOrigins, "allow-origin", nil, "origin of web pages that may call the API, such as https://app.example.com; may be given several times")
}

// check refuses combinations that would let in whom nobody meant to let in.
func (f *doorFlags) check() error {
	if f.auth == "" {
		f.auth = authDevelopment
		if f.oidcIssuer != "" {
			f.auth = authOIDC
		}
	}
	if f.behindProxy && f.proxies == 0 {
		f.proxies = 1
	}
	if f.proxies < 0 || f.proxies > httpapi.MaxProxies || f.proxies > 0 && !f.behindProxy {
		return usagef("--proxies must be from 1 to %d and is for --behind-proxy; it is %d", httpapi.MaxProxies, f.proxies)
	}
	if err := oneOf("--auth", f.auth, []string{authDevelopment, authTokens, authOIDC}); err != nil {
		return err
	}
	for _, origin := range f.allowOrigins {
		if err := httpapi.CheckOrigin(origin); err != nil {
			return usagef("--allow-origin: %w", err)
		}
	}
	host, _, err := net.SplitHostPort(f.listen)
	switch {
	case err != nil:
		return usagef("--listen must be HOST:PORT such as 127.0.0.1:8080, it is %q", f.listen)
	case f.auth == authOIDC && (f.oidcIssuer == "" || f.oidcAudience == ""):
		return usagef("--auth oidc needs --oidc-issuer, the provider's URL, and --oidc-audience, whom its tokens must be for")
	case f.auth != authOIDC && (f.oidcIssuer != "" || f.oidcAudience != ""):
		return usagef("--oidc-issuer and --oidc-audience are for --auth oidc; --auth is %s", f.auth)
	case (f.tlsCert == "") != (f.tlsKey == ""):
		return usagef("--tls-cert and --tls-key belong together: the certificate and its private key")
	case onThisMachine(host):
		return nil
	case f.auth == authDevelopment:
		return usagef("--listen %s: with --auth development the server listens on this machine only; say who may come in, by --auth tokens or --oidc-issuer, or listen on 127.0.0.1:PORT", f.listen)
	case f.tlsCert == "" && !f.behindProxy:
		return usagef("--listen %s: tokens would travel in the clear; give --tls-cert and --tls-key or, if a proxy in front of the server speaks HTTPS, --behind-proxy", f.listen)
	}
	return nil
}

// public reports whether others than this machine can reach the server.
func (f *doorFlags) public() bool {
	host, _, _ := net.SplitHostPort(f.listen)
	return f.behindProxy || !onThisMachine(host)
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// doors are the listeners that a server is reached by.
type doors struct {
	listeners []net.Listener
	address   string // URL of the first, for people
	local     string // URL for commands on this machine
}

// open listens. Where commands on this machine could not come in by the address that
// others use, for its name or its certificate, there is a second door for them, which
// no other machine reaches.
func (f *doorFlags) open(ctx context.Context, now func() time.Time, log *slog.Logger) (*doors, error) {
	var secure *tls.Config
	if f.tlsCert != "" {
		var err error
		if secure, err = httpapi.TLS(f.tlsCert, f.tlsKey, now, log); err != nil {
			return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
		}
	}
	listener, err := listenOn(ctx, f.listen)
	if err != nil {
		return nil, err
	}
	d := &doors{listeners: []net.Listener{listener}, address: "http://" + listener.Addr().String()}
	d.local = d.address
	host, _, _ := net.SplitHostPort(f.listen)
	if secure == nil && onThisMachine(host) {
		return d, nil
	}
	if secure != nil {
		d.listeners[0], d.address = tls.NewListener(listener, secure), "https://"+listener.Addr().String()
	}
	local, err := listenOn(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	d.listeners, d.local = append(d.listeners, local), "http://"+local.Addr().String()
	return d, nil
}

func (d *doors) close() {
	for _, l := range d.listeners {
		l.Close()
	}
}

// listen listens on this machine only: for servers that ask nobody who they are.
func listen(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usagef("--listen must be HOST:PORT such as 127.0.0.1:8080, it is %q", address)
	}
	if !onThisMachine(host) {
		return nil, usagef("--listen %s: this server asks nobody who they are, so it listens on this machine only; say 127.0.0.1:PORT, and reach it through a tunnel", address)
	}
	return listenOn(ctx, address)
}

func listenOn(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		if strings.Contains(err.Error(), "address already in use") {
			return nil, fmt.Errorf("%s is in use by another program; choose another address by --listen, 127.0.0.1:0 takes a free port", address)
		}
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}
