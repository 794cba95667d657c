package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/notification"
)

// Outbox is a notification.Outbox in the store's file. It is safe for concurrent use.
type Outbox struct{ db *groupcommit.DB }

var _ notification.Outbox = (*Outbox)(nil)

const (
	notificationColumns = "id, kind, tenant, subject, message, at, attempts, last_error, delivered_at"

	// The due time stands in the index: what waits for another attempt is passed over there.
	undelivered = "SELECT " + notificationColumns + ` FROM notifications
		WHERE delivered_at IS NULL AND retry_at <= ? ORDER BY seq LIMIT ?`

	latestNotifications = "SELECT " + notificationColumns + " FROM notifications ORDER BY seq DESC LIMIT ?"
)

// Add implements notification.Outbox.
func (o *Outbox) Add(ctx context.Context, n notification.Notification) error {
	return o.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		_, err := exec(conn, `INSERT INTO notifications (id, kind, tenant, subject, message, at, attempts, last_error, retry_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			func(p *params) {
				p.text(n.ID).text(string(n.Kind)).text(n.Tenant).text(n.Subject).optBytes(n.Message).time(n.At)
				p.int(int64(n.Attempts)).text(n.LastError).int(nanos(time.Time{}))
			})
		return err
	})
}

// Undelivered implements notification.Outbox.
func (o *Outbox) Undelivered(ctx context.Context, now time.Time, limit int) ([]notification.Notification, error) {
	return o.list(ctx, undelivered, func(p *params) { p.time(now).int(int64(limit)) })
}

// List implements notification.Outbox.
func (o *Outbox) List(ctx context.Context, limit int) ([]notification.Notification, error) {
	return o.list(ctx, latestNotifications, func(p *params) { p.int(int64(limit)) })
}

func (o *Outbox) list(ctx context.Context, sql string, bind func(*params)) ([]notification.Notification, error) {
	var all []notification.Notification
	err := o.db.Read(ctx, func(conn *sqlite.Conn) error {
		all = nil
		return query(conn, sql, bind, func(c *columns) (bool, error) {
			all = append(all, notification.Notification{
				ID: c.text(), Kind: notification.Kind(c.text()), Tenant: c.text(), Subject: c.text(), Message: c.bytes(), At: c.time(),
				Attempts: int(c.int()), LastError: c.text(), DeliveredAt: c.time(),
			})
			return true, nil
		})
	})
	return all, err
}

// Delivered implements notification.Outbox. Only the first delivery counts.
func (o *Outbox) Delivered(ctx context.Context, id string, at time.Time) error {
	return o.note(ctx, "UPDATE notifications SET attempts = attempts + 1, last_error = '', delivered_at = ? WHERE id = ? AND delivered_at IS NULL",
		func(p *params) { p.time(at).text(id) })
}

// Failed implements notification.Outbox. What is delivered stays so.
func (o *Outbox) Failed(ctx context.Context, id string, reason string, retryAt time.Time) error {
	return o.note(ctx, "UPDATE notifications SET attempts = attempts + 1, last_error = ?, retry_at = ? WHERE id = ? AND delivered_at IS NULL",
		func(p *params) { p.text(reason).time(retryAt).text(id) })
}

func (o *Outbox) note(ctx context.Context, sql string, bind func(*params)) error {
	return o.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		_, err := exec(conn, sql, bind)
		return err
	})
}
