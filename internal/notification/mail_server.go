package notification

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
)

// MailServer is an SMTP server and who writes to whom by it.
type MailServer struct {
	Host string
	Port int
	// TLS: encrypted from the first byte (smtps). Otherwise STARTTLS is used when offered.
	TLS  bool
	User string // "": no authentication
	From string
	To   []string

	password string
}

// Ports of mail submission (RFC 8314 and RFC 6409).
const (
	smtpsPort      = 465
	submissionPort = 587
)

// ParseMailServer reads smtp://[user@]host[:port]?from=address&to=address&to=… or smtps://…
// The password is given apart, so that it need not stand where arguments are seen; one in
// the URL is taken if password is "". Errors do not show the URL.
func ParseMailServer(text, password string) (MailServer, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return MailServer{}, errors.New("the mail server must be smtp://[user@]host[:port]?from=address&to=address, or smtps://…")
	}
	s := MailServer{Host: u.Hostname(), TLS: u.Scheme == "smtps", User: u.User.Username(), password: password}
	if s.password == "" {
		s.password, _ = u.User.Password()
	}
	if (s.User == "") != (s.password == "") {
		return MailServer{}, errors.New("the mail server needs both user and password, or neither")
	}
	if s.Port, err = port(u); err != nil {
		return MailServer{}, err
	}
	for name := range u.Query() {
		if name != "from" && name != "to" {
			return MailServer{}, fmt.Errorf("the mail server's URL knows from and to, not %q", name)
		}
	}
	s.From, s.To = u.Query().Get("from"), u.Query()["to"]
	if s.From == "" || len(s.To) == 0 {
		return MailServer{}, errors.New("the mail server's URL must say who writes to whom: ?from=address&to=address")
	}
	for _, address := range append([]string{s.From}, s.To...) {
		if _, err := mail.ParseAddress(address); err != nil {
			return MailServer{}, errors.New("an address after from= or to= is no e-mail address")
		}
	}
	return s, nil
}

func port(u *url.URL) (int, error) {
	if u.Port() == "" {
		if u.Scheme == "smtps" {
			return smtpsPort, nil
		}
		return submissionPort, nil
	}
	p, err := strconv.Atoi(u.Port())
	if err != nil || p < 1 || p > 65535 {
		return 0, errors.New("the mail server's port must be from 1 to 65535")
	}
	return p, nil
}

func (s MailServer) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// String names the server without user, password or addresses.
func (s MailServer) String() string { return s.address() }

// GoString keeps the password out of logs.
func (s MailServer) GoString() string { return s.address() }
