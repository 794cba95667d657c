package client

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestTheServersAddressIsFoundAndTakenBack(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadServerFile(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("before: %v", err)
	}
	mine := ServerFile{Address: "http://127.0.0.1:4711", PID: os.Getpid()}
	if err := WriteServerFile(dir, mine); err != nil {
		t.Fatal(err)
	}
	if f, err := ReadServerFile(dir); err != nil || f != mine {
		t.Errorf("read %+v, %v", f, err)
	}
	info, err := os.Stat(filepath.Join(dir, ServerFileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if err := RemoveServerFile(dir); err != nil {
		t.Error(err)
	}
	if err := RemoveServerFile(dir); err != nil {
		t.Errorf("removed twice: %v", err)
	}
}

func TestAnotherServersAddressIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := WriteServerFile(dir, ServerFile{Address: "http://127.0.0.1:1", PID: os.Getpid() + 1}); err != nil {
		t.Fatal(err)
	}
	if err := RemoveServerFile(dir); err != nil {
		t.Error(err)
	}
	if _, err := ReadServerFile(dir); err != nil {
		t.Errorf("it is gone: %v", err)
	}
}

func TestLoopback(t *testing.T) {
	for server, want := range map[string]bool{
		"http://127.0.0.1:8080": true, "localhost:8080": true, "http://[::1]:80": true, "127.8.9.1": true,
		"http://10.0.0.1": false, "https://127.0.0.1.example": false, "nonsense://": false,
	} {
		if got := OnThisMachine(server); got != want {
			t.Errorf("OnThisMachine(%q) = %v", server, got)
		}
	}
	if !SameServer("127.0.0.1:8080", "http://127.0.0.1:8080/") || SameServer("127.0.0.1:8080", "127.0.0.1:8081") {
		t.Error("SameServer")
	}
}
