package booking

import (
	"context"
	"encoding/json"
	"time"
)

// Store keeps apartments and reservations. Methods that write return only when
// what they wrote survives a crash of the machine. All are safe for concurrent
// use; of intentions that exclude each other exactly one takes effect, whoever
// calls first. Refusals are *Error; any other error is a fault of the store, after
// which the effect may or may not be there (asking again is safe).
//
// internal/store/storetest holds every store to this.
type Store interface {
	Apartments
	Reservations
	Sweeping

	// Ping answers an error when the store cannot read or write.
	Ping(ctx context.Context) error
}

// Apartments are the store's methods about apartments.
type Apartments interface {
	// CreateApartment stores a new, VACANT apartment. With an Idempotency whose
	// key was used before it answers the apartment made then.
	CreateApartment(ctx context.Context, a Apartment, idem *Idempotency) (Apartment, error)
	// ChangeApartment applies one change. Refused with NotFound, or as the change says.
	ChangeApartment(ctx context.Context, c ApartmentChange) (Apartment, error)
	// ImportApartments stores listings that carry a SourceID and answers for each what
	// was done. One whose SourceID is known is not stored again: re-running an import
	// changes nothing. A store whose transactions are bounded takes several; after an
	// error some listings may be stored, and asking again completes them. All or nothing is
	// what saga/batch is for.
	ImportApartments(ctx context.Context, as []Apartment) ([]ImportOutcome, error)

	// Apartment answers the stored apartment, or NotFound. Consistent.
	Apartment(ctx context.Context, id string) (Apartment, error)
	// ApartmentsByID answers those that exist, in no order. Consistent.
	ApartmentsByID(ctx context.Context, ids []string) ([]Apartment, error)
	// ListApartments answers one page. It reads at most MaxRowsRead rows.
	ListApartments(ctx context.Context, q ApartmentQuery) (Page[Apartment], error)
}

// Reservations are the store's methods about reservations.
type Reservations interface {
	// PlaceHold places a hold, see PlaceHold. It answers the reservation; for a
	// key used before with the same arguments, the reservation made then in its
	// present state.
	PlaceHold(ctx context.Context, p PlaceHold) (Reservation, error)
	// Apply applies an intention and answers the booking as it then is (with
	// Apartment only where the intention needs it). Refused with NotFound if there
	// is no such reservation, or as the intention says. With an Idempotency its
	// record is written in the same transaction; a key used before with the same
	// arguments applies nothing and answers the booking in its present state.
	Apply(ctx context.Context, i Intention, idem *Idempotency) (Booking, error)
	// Recall answers the record of an idempotency key, or nil if it is not known.
	// A key known with another Fingerprint is refused with IdempotencyKeyReused.
	Recall(ctx context.Context, idem Idempotency) (*Idempotency, error)

	// Reservation answers the stored reservation, or NotFound. Consistent.
	Reservation(ctx context.Context, id string) (Reservation, error)
	// ReservationsByID answers those that exist, in no order. Consistent.
	ReservationsByID(ctx context.Context, ids []string) ([]Reservation, error)
	// ListReservations answers one page, newest first. It reads at most MaxRowsRead rows.
	ListReservations(ctx context.Context, q ReservationQuery) (Page[Reservation], error)
}

// Sweeping are the reads by which the sweeper and the deadline watcher find what
// is left to do. Each is served by a sparse index that holds only such rows.
// They may lag; whoever acts on them acts by an intention.
type Sweeping interface {
	// DueHolds lists HELD reservations whose deadline is at or before now,
	// earliest first, those after the cursor, at most limit.
	DueHolds(ctx context.Context, now time.Time, after DueCursor, limit int) ([]DueHold, error)
	// NextDeadline answers the earliest deadline later than after of all HELD reservations.
	NextDeadline(ctx context.Context, after time.Time) (at time.Time, ok bool, err error)
	// ToStart lists reservations whose execution is still to be started, at most limit.
	ToStart(ctx context.Context, limit int) ([]Reservation, error)
	// Unsettled lists ended reservations (not live, not PAID) with a payment that is
	// PENDING, AUTHORIZED or CAPTURED, and those CONFIRMING, at most limit.
	Unsettled(ctx context.Context, limit int) ([]Reservation, error)
	// Forget removes idempotency records made before the time whose reservation is
	// not live, at most limit, and answers how many. One call need not come upon all
	// of them; called again and again it does.
	Forget(ctx context.Context, before time.Time, limit int) (int, error)
}

// WorkflowStart is the execution to start for a reservation.
type WorkflowStart struct {
	Name  string          // the reservation's id, or with a suffix for repairs
	Input json.RawMessage // pinned: the same for every attempt to start it
}

// ImportOutcome says what became of one imported listing.
type ImportOutcome struct {
	ID      string // of the apartment
	Created bool   // false: it was there already
	// Pending: it is there as part of an atomic import that is not published, so nobody
	// sees it, and it may go again.
	Pending bool
}

// DueHold is a hold at or past its deadline.
type DueHold struct {
	ReservationID string
	Deadline      time.Time
	TaskToken     string // "" if its execution does not wait yet
}

// DueCursor is a place in the order of deadlines. The zero value is its beginning.
type DueCursor struct {
	Deadline      time.Time
	ReservationID string
}

// Idempotency is one idempotency key and what was answered under it. Keys are per
// principal and operation, kept at least 24 h and as long as the reservation lives.
type Idempotency struct {
	Principal   string
	Operation   string // the mutation's name
	Key         string
	Fingerprint string // of the other arguments
	At          time.Time
	ResultID    string // id of the apartment or reservation it made or changed; set by the caller
	Outcome     Code   // the userError that the effect was answered with (PAYMENT_DECLINED), or ""
}

// MaxRowsRead bounds what a list reads for one page; a page may then hold fewer
// than were asked for, with HasNext true.
const MaxRowsRead = 1000

// MaxPageSize is the most that a page may be asked to hold.
const MaxPageSize = 100

// ApartmentOrder is the order of a list of apartments.
type ApartmentOrder string

const (
	ByPrice  ApartmentOrder = "PRICE"  // cheapest first
	ByNewest ApartmentOrder = "NEWEST" // latest first
)

// ApartmentQuery asks for a page of apartments. City needs State.
type ApartmentQuery struct {
	State       string
	City        string // compared without regard to case
	Status      ApartmentStatus
	MinBedrooms int
	MinPrice    int64 // minor units; 0: no bound
	MaxPrice    int64 // minor units; 0: no bound
	Order       ApartmentOrder
	First       int    // 1 to MaxPageSize
	After       string // Page.Cursors of an earlier page; refused with InvalidInput if it is none
}

// ReservationQuery asks for a page of reservations, newest first.
type ReservationQuery struct {
	TenantID    string // "": of all tenants
	ApartmentID string
	Status      ReservationStatus
	First       int
	After       string
}

// Page is one page of a list. Cursors has one for each item; End is where the next page goes
// on, also when the page holds fewer items than were asked for.
type Page[T any] struct {
	Items   []T
	Cursors []string
	End     string
	HasNext bool
}
