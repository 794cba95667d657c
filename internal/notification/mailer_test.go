package notification_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/notification"
)

const password = "hunter2-hunter2"

func mailer(t *testing.T, s *smtpServer, scheme, user string) *notification.Mailer {
	t.Helper()
	secret := ""
	if user != "" {
		secret = password
	}
	server, err := notification.ParseMailServer(s.url(scheme, user), secret)
	if err != nil {
		t.Fatal(err)
	}
	return notification.NewMailer(server, &tls.Config{RootCAs: s.roots})
}

func TestMailer(t *testing.T) {
	s := newSMTPServer(t, false, nil)
	n := paid()
	n.Subject = "Bezahlt: Größe\r\nBcc: everyone@example.com"
	if err := mailer(t, s, "smtp", "").Deliver(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	commands, messages := s.seen()
	for _, want := range []string{"MAIL FROM:<vacancy@example.com>", "RCPT TO:<landlord@example.com>", "RCPT TO:<partner@example.com>"} {
		if !strings.Contains(commands, want) {
			t.Errorf("the server was told\n%s\nwhich lacks %s", commands, want)
		}
	}
	if len(messages) != 1 {
		t.Fatalf("%d messages", len(messages))
	}
	got, err := mail.ReadMessage(strings.NewReader(messages[0]))
	if err != nil {
		t.Fatalf("%v in\n%s", err, messages[0])
	}
	if got.Header.Get("Bcc") != "" || strings.Contains(commands, "everyone") {
		t.Errorf("the subject made a header:\n%s", messages[0])
	}
	if got.Header.Get("X-Vacancy-Notification") != n.ID || got.Header.Get("X-Vacancy-Kind") != "paid" {
		t.Errorf("headers %v", got.Header)
	}
	if date, err := got.Header.Date(); err != nil || !date.Equal(n.At) {
		t.Errorf("dated %v, %v; want %v", date, err, n.At)
	}
	for _, want := range []string{"tina", `"reservationId": "res_1"`} {
		if !strings.Contains(messages[0], want) {
			t.Errorf("the message lacks %s:\n%s", want, messages[0])
		}
	}

	if err := mailer(t, s, "smtp", "").Deliver(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	_, messages = s.seen()
	again, err := mail.ReadMessage(strings.NewReader(messages[1]))
	if err != nil || again.Header.Get("Message-ID") != got.Header.Get("Message-ID") || got.Header.Get("Message-ID") == "" {
		t.Errorf("Message-ID %q, then %q; want the same", got.Header.Get("Message-ID"), again.Header.Get("Message-ID"))
	}
}

func TestMailerEncrypts(t *testing.T) {
	login := base64.StdEncoding.EncodeToString([]byte("\x00ann\x00" + password))
	tests := []struct {
		name           string
		implicit       bool
		scheme, user   string
		want, wantAuth string
	}{
		{name: "STARTTLS when offered", scheme: "smtp", want: "tls MAIL FROM"},
		{name: "STARTTLS and password", scheme: "smtp", user: "ann", want: "tls MAIL FROM", wantAuth: "tls AUTH PLAIN " + login},
		{name: "smtps", implicit: true, scheme: "smtps", want: "tls MAIL FROM"},
		{name: "smtps and password", implicit: true, scheme: "smtps", user: "ann", want: "tls MAIL FROM", wantAuth: "tls AUTH PLAIN " + login},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSMTPServer(t, test.implicit, func(s *smtpServer) { s.startTLS, s.auth = !test.implicit, true })
			if err := mailer(t, s, test.scheme, test.user).Deliver(t.Context(), paid()); err != nil {
				t.Fatal(err)
			}
			if commands, _ := s.seen(); !strings.Contains(commands, test.want) || !strings.Contains(commands, test.wantAuth) {
				t.Errorf("the server was told\n%s", commands)
			}
		})
	}
}

func TestMailerSendsNoPasswordInTheClear(t *testing.T) {
	s := newSMTPServer(t, false, func(s *smtpServer) { s.auth = true })
	err := mailer(t, s, "smtp", "ann").Deliver(t.Context(), paid())
	if err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("Deliver with a password to a server without STARTTLS: %v", err)
	}
	if commands, _ := s.seen(); strings.Contains(commands, "AUTH") {
		t.Errorf("the server was told\n%s", commands)
	}
}

func TestMailerRefusesAForeignCertificate(t *testing.T) {
	s := newSMTPServer(t, false, func(s *smtpServer) { s.startTLS = true })
	server, err := notification.ParseMailServer(s.url("smtp", ""), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := notification.NewMailer(server, nil).Deliver(t.Context(), paid()); err == nil {
		t.Error("a certificate that nobody vouches for is taken")
	}
}

func TestMailerFailures(t *testing.T) {
	s := newSMTPServer(t, false, func(s *smtpServer) { s.refuseRcpt = true })
	err := mailer(t, s, "smtp", "").Deliver(t.Context(), paid())
	if err == nil || !strings.Contains(err.Error(), "550") || strings.Contains(err.Error(), "landlord") {
		t.Errorf("refused recipients: %v; want the code and no address", err)
	}

	silent := newSMTPServer(t, false, func(s *smtpServer) { s.silent = true })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := mailer(t, silent, "smtp", "").Deliver(ctx, paid()); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("a silent server: %v, want the deadline", err)
	}
}

func TestParseMailServer(t *testing.T) {
	s, err := notification.ParseMailServer("smtp://ann:"+password+"@mail.example.com?from=a@example.com&to=b@example.com", "")
	if err != nil || s.Port != 587 || s.TLS || s.User != "ann" {
		t.Errorf("%+v, %v", s, err)
	}
	if text := fmt.Sprintf("%v %+v %#v %s", s, s, s, notification.NewMailer(s, nil).Name()); strings.Contains(text, password) {
		t.Errorf("the password is shown: %s", text)
	}
	if s, err := notification.ParseMailServer("smtps://[::1]:2465?from=a@example.com&to=b@example.com", ""); err != nil || s.Port != 2465 || !s.TLS || s.Host != "::1" {
		t.Errorf("%+v, %v", s, err)
	}
	for _, bad := range []string{"", "mail.example.com:25", "http://mail.example.com?from=a@b.c&to=a@b.c", "smtp://?from=a@b.c&to=a@b.c",
		"smtp://h?from=a@b.c", "smtp://h?to=a@b.c", "smtp://h?from=nobody&to=a@b.c", "smtp://h?from=a@b.c&to=a@b.c%0D%0ABcc:x@y.z",
		"smtp://h?from=a@b.c&to=a@b.c&starttls=no", "smtp://ann@h?from=a@b.c&to=a@b.c", "smtp://h:99999?from=a@b.c&to=a@b.c",
		"smtp://ann:" + password + "@h:x?from=a@b.c&to=a@b.c"} {
		if _, err := notification.ParseMailServer(bad, ""); err == nil {
			t.Errorf("%q is taken", bad)
		} else if strings.Contains(err.Error(), password) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
