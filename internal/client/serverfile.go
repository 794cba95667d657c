package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ServerFileName is the file in the data directory by which clients on this machine
// find the server that has the directory open. It names no token: whoever may read
// the directory signs one with the key that lies beside it.
const ServerFileName = "server.json"

// SigningKeyFileName is the file in the data directory with the key that development
// tokens are signed with, see internal/identity.
const SigningKeyFileName = "signing.key"

// ServerFile is the content of the file ServerFileName.
type ServerFile struct {
	Address string `json:"address"` // base URL, "http://127.0.0.1:8080"
	PID     int    `json:"pid"`     // of the server, for people
}

// WriteServerFile publishes the server's address, readable by the owner alone. It
// replaces what an earlier server left there; a reader never sees half a file.
func WriteServerFile(dataDir string, f ServerFile) error {
	content, err := json.Marshal(f)
	if err != nil {
		return err
	}
	path := filepath.Join(dataDir, ServerFileName)
	fresh := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(fresh, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("publish the server's address: %w", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(fmt.Errorf("publish the server's address: %w", err), os.Remove(fresh))
	}
	return nil
}

// RemoveServerFile takes the address back, if it is still this process's.
func RemoveServerFile(dataDir string) error {
	f, err := ReadServerFile(dataDir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && f.PID != os.Getpid() {
		return nil
	}
	return os.Remove(filepath.Join(dataDir, ServerFileName))
}

// ReadServerFile answers the address published in the data directory, or an error
// that is fs.ErrNotExist when no server runs on it.
func ReadServerFile(dataDir string) (ServerFile, error) {
	path := filepath.Join(dataDir, ServerFileName)
	content, err := os.ReadFile(path)
	if err != nil {
		return ServerFile{}, err
	}
	var f ServerFile
	if err := json.Unmarshal(content, &f); err != nil || f.Address == "" {
		return ServerFile{}, fmt.Errorf("%s does not name a server; remove it and start the server again", path)
	}
	return f, nil
}
