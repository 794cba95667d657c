package simulated

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// cardKeySize is that of the hash.
const cardKeySize = 32

// OpenCards opens the vault whose key is in the file, which it makes, of random bytes, if it
// is not there. The same card gets the same token as long as the file is there.
func OpenCards(path string, random io.Reader) (Cards, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeCards(path, random)
	}
	if err != nil {
		return Cards{}, fmt.Errorf("read the key of the vault of cards: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) < cardKeySize {
		return Cards{}, fmt.Errorf("%s holds no key of a vault of cards; remove it and start again, which makes a new one", path)
	}
	return NewCards(key), nil
}

func makeCards(path string, random io.Reader) (Cards, error) {
	key := make([]byte, cardKeySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return Cards{}, fmt.Errorf("make the key of the vault of cards: %w", err)
	}
	text := base64.StdEncoding.EncodeToString(key) + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return Cards{}, fmt.Errorf("write the key of the vault of cards: %w", err)
	}
	return NewCards(key), nil
}
