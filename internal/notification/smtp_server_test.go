package notification_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// smtpServer speaks as much SMTP as the tests need and writes down what it is told.
type smtpServer struct {
	listener net.Listener
	tls      *tls.Config
	roots    *x509.CertPool

	startTLS   bool // offers STARTTLS
	auth       bool // offers AUTH
	refuseRcpt bool
	silent     bool // accepts connections and says nothing

	mu       sync.Mutex
	commands []string // with a prefix "tls " where the connection was encrypted
	messages []string
}

// newSMTPServer starts a server; implicit: encrypted from the first byte.
func newSMTPServer(t *testing.T, implicit bool, configure func(*smtpServer)) *smtpServer {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	defer certified.Close()
	s := &smtpServer{tls: &tls.Config{Certificates: certified.TLS.Certificates}, roots: x509.NewCertPool()}
	s.roots.AddCert(certified.Certificate())
	if configure != nil {
		configure(s)
	}
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if implicit {
		s.listener = tls.NewListener(s.listener, s.tls)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer conn.Close(); s.serve(conn, implicit) })
		}
	})
	t.Cleanup(func() { s.listener.Close(); all.Wait() })
	return s
}

func (s *smtpServer) serve(conn net.Conn, encrypted bool) {
	lines := bufio.NewReader(conn)
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	if s.silent {
		_, _ = lines.ReadString('\n')
		_, _ = lines.ReadString('\n') // ends when the client gives up
		return
	}
	say("220 test ESMTP")
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		s.note(encrypted, line)
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); verb {
		case "EHLO":
			say("250-test")
			if s.startTLS && !encrypted {
				say("250-STARTTLS")
			}
			if s.auth {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go ahead")
			secure := tls.Server(conn, s.tls)
			conn, lines, encrypted = secure, bufio.NewReader(secure), true
		case "AUTH":
			say("235 welcome")
		case "RCPT":
			if s.refuseRcpt {
				say("550 nobody <landlord@example.com> here")
			} else {
				say("250 ok")
			}
		case "DATA":
			say("354 go on")
			s.message(lines)
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *smtpServer) message(lines *bufio.Reader) {
	var text strings.Builder
	for {
		line, err := lines.ReadString('\n')
		if err != nil || line == ".\r\n" {
			break
		}
		text.WriteString(line)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, text.String())
}

func (s *smtpServer) note(encrypted bool, command string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if encrypted {
		command = "tls " + command
	}
	s.commands = append(s.commands, command)
}

// seen answers the commands, joined by line ends, and the messages.
func (s *smtpServer) seen() (commands string, messages []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.commands, "\n"), s.messages
}

func (s *smtpServer) url(scheme, user string) string {
	if user != "" {
		user += "@"
	}
	return fmt.Sprintf("%s://%s%s?from=vacancy@example.com&to=landlord@example.com&to=partner@example.com", scheme, user, s.listener.Addr())
}
