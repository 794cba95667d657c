// Package notification takes the messages of the workflows (arn:aws:states:::sns:publish)
// to people: an outbox in the store, and deliverers that empty it, at least once.
//
// On AWS a topic does the same with the attributes tenant and kind.
package notification

import (
	"context"
	"encoding/json"
	"time"
)

// Kind says what a notification is about; receivers filter by it.
type Kind string

const (
	Paid        Kind = "paid"
	Reverted    Kind = "reverted"
	TripBooked  Kind = "trip-booked"
	TripFailed  Kind = "trip-failed"
	OrderFailed Kind = "order-failed"
	// Of an atomic import; a dry run tells nobody but who waits for it.
	ImportPublished Kind = "import-published"
	ImportFailed    Kind = "import-failed"
	NeedsAttention  Kind = "needs-attention"
)

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{Paid, Reverted, TripBooked, TripFailed, OrderFailed, ImportPublished, ImportFailed, NeedsAttention}
}

// Notification is one message. Its ID is made of execution and state (not of the
// attempt), so a step that runs again adds the same one.
type Notification struct {
	ID          string          `json:"id"`
	Kind        Kind            `json:"kind"`
	Tenant      string          `json:"tenant"`
	Subject     string          `json:"subject"`
	Message     json.RawMessage `json:"message"`
	At          time.Time       `json:"at"` // UTC
	Attempts    int             `json:"attempts"`
	LastError   string          `json:"lastError,omitempty"`
	DeliveredAt time.Time       `json:"deliveredAt,omitzero"`
}

// Outbox keeps notifications until they are delivered. Writes are durable when
// they return.
type Outbox interface {
	// Add stores a notification. One whose ID is known changes nothing.
	Add(ctx context.Context, n Notification) error
	// Undelivered lists notifications to be delivered whose next attempt is due at
	// now, oldest first, at most limit.
	Undelivered(ctx context.Context, now time.Time, limit int) ([]Notification, error)
	// Delivered notes that a receiver has taken it.
	Delivered(ctx context.Context, id string, at time.Time) error
	// Failed notes a failed attempt and when to try again.
	Failed(ctx context.Context, id string, reason string, retryAt time.Time) error
	// List answers the latest notifications, newest first, at most limit.
	List(ctx context.Context, limit int) ([]Notification, error)
}
