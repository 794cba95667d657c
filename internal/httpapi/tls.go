package httpapi

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateAge is how long a certificate is used until its files are looked at again.
const certificateAge = time.Minute

// TLS answers a configuration that speaks TLS with the certificate in the files, in PEM.
// Files that change are read again while the server runs, so that a renewed certificate
// needs no restart; one that cannot be read is logged, and the one before stays in use.
func TLS(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, now: now, log: log}
	if err := c.load(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: c.get}, nil
}

// certificate is the pair of files and what was read of them.
type certificate struct {
	certFile, keyFile string
	now               func() time.Time
	log               *slog.Logger

	mu       sync.Mutex
	pair     *tls.Certificate
	written  [2]time.Time
	lookedAt time.Time
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.lookedAt) >= certificateAge {
		if err := c.load(); err != nil {
			c.log.Error("the certificate cannot be read again; the one before stays in use", "error", err)
		}
	}
	return c.pair, nil
}

// load reads the files unless they are as they were.
func (c *certificate) load() error {
	c.lookedAt = c.now()
	var written [2]time.Time
	for i, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("read the TLS certificate: %w", err)
		}
		written[i] = info.ModTime()
	}
	if c.pair != nil && written == c.written {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("read the TLS certificate in %s and its key in %s: %w", c.certFile, c.keyFile, err)
	}
	c.pair, c.written = &pair, written
	return nil
}
