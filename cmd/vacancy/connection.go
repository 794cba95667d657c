package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
	"github.com/vacancy/vacancy/internal/identity"
)

// Where 'vacancy serve' keeps its data unless it is told otherwise.
const (
	defaultDataDir = "vacancy-data"
	demoDataDir    = "vacancy-demo"
)

// tokenLifetime is how long a token lives that a command signs for itself: longer
// than anybody watches a hold.
const tokenLifetime = 24 * time.Hour

var roleNames = []string{string(booking.Tenant), string(booking.Manager), string(booking.Operator)}

// connect answers a client of the server that the flags name, or else of the one
// that has the data directory open, for somebody in the role unless a flag says who.
func (p *program) connect(role booking.Role) (*client.Client, error) {
	server, dataDir, err := p.findServer()
	if err != nil {
		return nil, err
	}
	token := p.global.token
	if token == "" && dataDir == "" && !p.saysWho() {
		if token, err = p.keptToken(server); err != nil {
			return nil, err
		}
	}
	if token == "" || p.saysWho() {
		if dataDir == "" {
			return nil, usagef("no token: give one of %s by --token or VACANCY_TOKEN, or its data directory by --data; for a stack on AWS, sign in by 'vacancy aws login'", server)
		}
		if p.global.role != "" {
			role = booking.Role(p.global.role)
		}
		if token, err = p.signToken(dataDir, role, tokenLifetime); err != nil {
			return nil, err
		}
	}
	c, err := client.New(client.Options{
		Server: server, Token: token, Timeout: p.global.timeout, Agent: "vacancy/" + version(), Wait: p.wait,
		Rand: func() float64 { return float64(p.rand()>>11) / (1 << 53) },
	})
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// keptToken answers the token that a login kept for the server, "" if there is none.
func (p *program) keptToken(server string) (string, error) {
	credentials, err := p.credentials()
	if err != nil {
		return "", err
	}
	kept, ok, err := credentials.Of(server)
	if err != nil || !ok {
		return "", err
	}
	if !p.now().Before(kept.ExpiresAt) {
		return "", fmt.Errorf("the token of %s for %s has expired; sign in again: vacancy aws login --stack %s --user %s", kept.User, server, kept.Stack, kept.User)
	}
	return kept.Token, nil
}

// findServer answers the server's URL and the data directory whose key signs tokens
// for it, "" if there is none on this machine.
func (p *program) findServer() (server, dataDir string, err error) {
	if p.global.server != "" {
		return p.global.server, p.dataDirOf(p.global.server), nil
	}
	dataDir, err = p.servedDataDir()
	if err != nil {
		return "", "", err
	}
	f, err := client.ReadServerFile(dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", errors.New("no server has the data directory " + dataDir + " open; start one with 'vacancy serve --data " + dataDir + "', or name another by --server")
	}
	return f.Address, dataDir, err
}

// servedDataDir answers the directory that --data names, else that of the default
// ones whose server started last.
func (p *program) servedDataDir() (string, error) {
	if p.global.data != "" {
		return p.global.data, nil
	}
	var latest time.Time
	found := ""
	for _, dir := range []string{defaultDataDir, demoDataDir} {
		info, err := os.Stat(filepath.Join(dir, client.ServerFileName))
		if err == nil && info.ModTime().After(latest) {
			latest, found = info.ModTime(), dir
		}
	}
	if found == "" {
		return "", errors.New("no server runs here: neither ./" + defaultDataDir + " nor ./" + demoDataDir +
			" has one; start one with 'vacancy serve --demo', or name one by --server or --data")
	}
	return found, nil
}

// dataDirOf answers the data directory that the server has open: what --data says,
// else a default one that names the server. A key is never used for a server that is
// not known to be its own, or is on another machine.
func (p *program) dataDirOf(server string) string {
	if !client.OnThisMachine(server) {
		return ""
	}
	if p.global.data != "" {
		return p.global.data
	}
	for _, dir := range []string{defaultDataDir, demoDataDir} {
		if f, err := client.ReadServerFile(dir); err == nil && client.SameServer(f.Address, server) {
			return dir
		}
	}
	return ""
}

// signToken signs a token with the key in the data directory.
func (p *program) signToken(dataDir string, role booking.Role, lifetime time.Duration) (string, error) {
	key, err := identity.LoadKey(filepath.Join(dataDir, client.SigningKeyFileName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("the data directory " + dataDir + " has no signing key; 'vacancy serve --data " + dataDir + "' makes one")
	}
	if err != nil {
		return "", err
	}
	user := p.global.user
	if user == "" {
		user = string(role)
	}
	token, err := identity.NewSigner(key, p.now).Sign(booking.Principal{ID: user, Role: role}, lifetime)
	if err != nil {
		return "", usageError{err}
	}
	return token, nil
}
