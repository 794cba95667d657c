package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Credential is a token for one server, as 'vacancy aws login' keeps it.
type Credential struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expiresAt"`
	User      string    `json:"user"`
	Stack     string    `json:"stack"`
}

// Credentials are tokens by server, in a file that only its owner may read.
type Credentials struct{ path string }

// CredentialsIn answers the credentials in a folder, which need not exist.
func CredentialsIn(folder string) Credentials {
	return Credentials{filepath.Join(folder, "vacancy", "credentials.json")}
}

// Path is where they are.
func (c Credentials) Path() string { return c.path }

// Of answers what is kept for the server; ok is false if nothing is.
func (c Credentials) Of(server string) (found Credential, ok bool, err error) {
	all, err := c.read()
	for address, credential := range all {
		if SameServer(address, server) {
			return credential, true, nil
		}
	}
	return Credential{}, false, err
}

// Keep keeps a credential for the server instead of the one before.
func (c Credentials) Keep(server string, credential Credential) error {
	all, err := c.read()
	if err != nil {
		return err
	}
	all[server] = credential
	content, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.path), 0o700); err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	// Under another name first: a crash leaves the one or the other whole.
	next := c.path + ".new"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	return os.Rename(next, c.path)
}

func (c Credentials) read() (map[string]Credential, error) {
	all := map[string]Credential{}
	content, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("read the kept tokens in %s: %w", c.path, err)
	}
	return all, nil
}
