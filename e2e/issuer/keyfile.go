package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// MakeKey makes a key for RS256 or ES256, named by a digest of its public half.
func MakeKey(algorithm string) (Key, error) {
	switch algorithm {
	case "RS256":
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return Key{}, err
		}
		return keyOf(private)
	case "ES256":
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return Key{}, err
		}
		return keyOf(private)
	}
	return Key{}, fmt.Errorf("keys are for RS256 or ES256, not %q", algorithm)
}

func keyOf(private crypto.Signer) (Key, error) {
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return Key{}, err
	}
	digest := sha256.Sum256(der)
	return Key{ID: base64.RawURLEncoding.EncodeToString(digest[:12]), private: private}, nil
}

// Save writes the key into the directory, as PKCS #8 in PEM.
func (k Key) Save(dir, name string) error {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

// LoadKeys reads the keys in the directory, the one whose name is last first: keys named
// by their date sign by the newest.
func LoadKeys(dir string) ([]Key, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no key in %s: %w", dir, fs.ErrNotExist)
	}
	slices.Sort(files)
	slices.Reverse(files)
	keys := make([]Key, len(files))
	for i, file := range files {
		if keys[i], err = loadKey(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return keys, nil
}

func loadKey(file string) (Key, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Key{}, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return Key{}, errors.New("it is no PEM file")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return Key{}, err
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return Key{}, errors.New("its key does not sign")
	}
	return keyOf(private)
}
