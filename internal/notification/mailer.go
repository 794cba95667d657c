package notification

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/wneessen/go-mail"
)

// Mailer delivers by e-mail through an SMTP server. The message's Message-ID is made of
// the notification's id, so that what is delivered twice can be told.
type Mailer struct {
	server    MailServer
	tlsConfig *tls.Config
}

var _ Receiver = (*Mailer)(nil)

// NewMailer makes a Mailer. tlsConfig may be nil: the system's roots are then trusted.
func NewMailer(server MailServer, tlsConfig *tls.Config) *Mailer {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if tlsConfig != nil {
		config = tlsConfig.Clone()
	}
	config.ServerName = server.Host
	return &Mailer{server: server, tlsConfig: config}
}

// Name is the server's host and port.
func (m *Mailer) Name() string { return m.server.String() }

// Deliver sends the notification to all recipients. STARTTLS is used where the server
// offers it, and insisted upon where there is a password to send.
func (m *Mailer) Deliver(ctx context.Context, n Notification) error {
	message, err := m.compose(n)
	if err != nil {
		return err
	}
	// go-mail bounds only the dialing by the context and leaves a connection open whose
	// greeting failed, so the connection is ours.
	conn, err := m.dial(ctx)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", m.Name(), err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()

	client, err := mail.NewClient(m.server.Host, m.options(conn)...)
	if err != nil {
		return fmt.Errorf("mail by %s: %w", m.Name(), err)
	}
	if err := client.DialAndSendWithContext(ctx, message); err != nil && !message.IsDelivered() {
		return fmt.Errorf("mail by %s: %w", m.Name(), withoutAddresses(ctx, err))
	}
	return nil
}

func (m *Mailer) dial(ctx context.Context) (net.Conn, error) {
	if m.server.TLS {
		return (&tls.Dialer{Config: m.tlsConfig}).DialContext(ctx, "tcp", m.server.address())
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", m.server.address())
}

func (m *Mailer) options(conn net.Conn) []mail.Option {
	options := []mail.Option{
		mail.WithPort(m.server.Port),
		mail.WithTLSConfig(m.tlsConfig),
		mail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return conn, nil }),
		mail.WithTLSPolicy(mail.TLSOpportunistic),
	}
	if m.server.TLS {
		options = append(options, mail.WithTLSPolicy(mail.NoTLS)) // it is on already
	}
	if m.server.User != "" {
		options = append(options, mail.WithUsername(m.server.User), mail.WithPassword(m.server.password))
		if m.server.TLS {
			// With a connection that it did not encrypt itself go-mail discovers no PLAIN.
			options = append(options, mail.WithSMTPAuth(mail.SMTPAuthPlain))
		} else {
			options = append(options, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover))
		}
	}
	return options
}

func (m *Mailer) compose(n Notification) (*mail.Msg, error) {
	message := mail.NewMsg()
	if err := message.From(m.server.From); err != nil {
		return nil, fmt.Errorf("the sender's address: %w", err)
	}
	if err := message.To(m.server.To...); err != nil {
		return nil, fmt.Errorf("a recipient's address: %w", err)
	}
	digest := sha256.Sum256([]byte(n.ID))
	message.SetMessageIDWithValue(hex.EncodeToString(digest[:16]) + "@vacancy.invalid")
	message.SetDateWithValue(n.At)
	message.SetGenHeader("X-Vacancy-Notification", n.ID)
	message.SetGenHeader("X-Vacancy-Kind", string(n.Kind))
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	subject := n.Subject
	if subject == "" {
		subject = string(n.Kind)
	}
	message.Subject(subject)
	message.SetBodyString(mail.TypeTextPlain, body(n))
	return message, nil
}

// body is the text of an e-mail: what happened, to whom, and the message's facts.
func body(n Notification) string {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s\n\nkind:   %s\ntenant: %s\nat:     %s\nid:     %s\n\n", n.Subject, n.Kind, n.Tenant, n.At.UTC().Format(time.RFC3339), n.ID)
	var plain string
	if json.Unmarshal(n.Message, &plain) == nil {
		text.WriteString(plain)
	} else if err := json.Indent(&text, n.Message, "", "  "); err != nil {
		text.Write(n.Message)
	}
	text.WriteByte('\n')
	return text.String()
}

// withoutAddresses says what failed without saying who was written to.
func withoutAddresses(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var failed *mail.SendError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: the server answered with code %d", failed.Reason, failed.ErrorCode())
	}
	return err
}
