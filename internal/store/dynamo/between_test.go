package dynamo_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// between is a store whose n-th request of an operation lets something happen before it.
type between struct {
	*dynamo.Store
	t         *testing.T
	other     *dynamo.Store // by which it happens
	operation string
	happens   atomic.Pointer[func()]
}

func newBetween(t *testing.T) *between {
	b := &between{t: t}
	table := dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) dynamotest.Fate {
		if operation != b.operation {
			return dynamotest.Fate{}
		}
		happens := b.happens.Swap(nil)
		if happens == nil {
			return dynamotest.Fate{}
		}
		return dynamotest.Fate{Before: *happens}
	}))
	b.Store = dynamo.New(table)
	b.other = dynamo.New(dynamo.NewTable(dynamotest.Local(t).Client(), table.Name(), dynamo.Options{}))
	return b
}

// before lets something happen before the next request of the operation.
func (b *between) before(operation string, happens func()) {
	b.operation = operation
	b.happens.Store(&happens)
}

func (b *between) offer(id string, price int64) booking.Apartment {
	b.t.Helper()
	a, err := b.other.CreateApartment(b.t.Context(), booking.Apartment{ID: id, Status: booking.Vacant, CreatedAt: noon, UpdatedAt: noon,
		Listing: booking.Listing{Price: booking.Money{Amount: price, Currency: "USD"}, RentPeriod: booking.Monthly}}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func holdOn(apartmentID, reservationID string, now time.Time) booking.PlaceHold {
	return booking.PlaceHold{ApartmentID: apartmentID, ReservationID: reservationID, TenantID: "ann", Now: now, Window: time.Minute,
		Idempotency: booking.Idempotency{Principal: "ann", Operation: "reserveApartment", Key: reservationID, At: now, ResultID: reservationID}}
}

func (b *between) hold(apartmentID, reservationID string) booking.Reservation {
	b.t.Helper()
	r, err := b.other.PlaceHold(b.t.Context(), holdOn(apartmentID, reservationID, noon))
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *between) cancel(r booking.Reservation) {
	_, err := b.other.Apply(context.WithoutCancel(b.t.Context()),
		booking.ReleaseHold{On: booking.On{ReservationID: r.ID, Epoch: r.Epoch, Now: noon, By: "ann"}, Reason: booking.ReleaseCancelled}, nil)
	if err != nil {
		b.t.Error(err)
	}
}

// TestATornReadIsNoRefusal: the apartment is read as held, and before its reservation is
// read that has been cancelled. At no moment was the apartment held by somebody in time.
func TestATornReadIsNoRefusal(t *testing.T) {
	b := newBetween(t)
	b.offer("apt_1", 100)
	old := b.hold("apt_1", "res_1")
	b.before("GetItem", func() { b.cancel(old) })
	r, err := b.PlaceHold(t.Context(), holdOn("apt_1", "res_2", old.HoldExpiresAt))
	if err != nil || r.Epoch != 2 {
		t.Errorf("PlaceHold = epoch %d, %v; want the second hold", r.Epoch, err)
	}
}

// TestWithdrawnInBetween: an apartment is withdrawn after it was read as vacant. Its
// epoch has not changed, and the hold is refused all the same.
func TestWithdrawnInBetween(t *testing.T) {
	b := newBetween(t)
	b.offer("apt_1", 100)
	b.before("TransactWriteItems", func() {
		if _, err := b.other.ChangeApartment(t.Context(), booking.Withdraw{ApartmentID: "apt_1", Now: noon}); err != nil {
			t.Error(err)
		}
	})
	if _, err := b.PlaceHold(t.Context(), holdOn("apt_1", "res_1", noon)); booking.CodeOf(err) != booking.ApartmentNotVacant {
		t.Errorf("PlaceHold = %v", err)
	}
	if _, err := b.Reservation(t.Context(), "res_1"); booking.CodeOf(err) != booking.NotFound {
		t.Errorf("Reservation = %v", err)
	}
}

// TestPaidInBetween: a hold that has lapsed is paid for, in time by the gateway's clock, after
// it was read and before it is taken over. Then it is not.
func TestPaidInBetween(t *testing.T) {
	b := newBetween(t)
	b.offer("apt_1", 100)
	r := b.hold("apt_1", "res_1")
	on := booking.On{ReservationID: r.ID, Epoch: r.Epoch, Now: noon, By: "ann"}
	if _, err := b.other.Apply(t.Context(), booking.BeginPayment{On: on, Method: "pm_ok"}, nil); err != nil {
		t.Fatal(err)
	}
	b.before("TransactWriteItems", func() {
		if _, err := b.other.Apply(t.Context(), booking.AuthorizePayment{On: on, PaymentID: booking.PaymentID(r.ID, 1)}, nil); err != nil {
			t.Error(err)
		}
	})
	if _, err := b.PlaceHold(t.Context(), holdOn("apt_1", "res_2", r.HoldExpiresAt)); booking.CodeOf(err) != booking.ApartmentNotVacant {
		t.Errorf("PlaceHold = %v", err)
	}
	if got, err := b.Reservation(t.Context(), r.ID); err != nil || got.Status != booking.Held || got.Payment.Status != booking.Authorized {
		t.Errorf("the paid reservation is %+v, %v", got, err)
	}
}

// TestListsPassOverWhatHasMoved: an index lags. What it has at a place where it is no more is
// not answered from there.
func TestListsPassOverWhatHasMoved(t *testing.T) {
	b := newBetween(t)
	b.offer("apt_1", 100)
	stays := b.offer("apt_2", 150)
	b.before("BatchGetItem", func() {
		price := booking.Money{Amount: 300, Currency: "USD"}
		if _, err := b.other.ChangeApartment(t.Context(), booking.UpdateListing{ApartmentID: "apt_1", Now: noon, Price: &price}); err != nil {
			t.Error(err)
		}
	})
	page, err := b.ListApartments(t.Context(), booking.ApartmentQuery{Order: booking.ByPrice, MaxPrice: 200, First: 10})
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != stays.ID {
		t.Errorf("up to 200 there are %+v, %v", page.Items, err)
	}
}

func TestWhatIsDoneIsNotDue(t *testing.T) {
	b := newBetween(t)
	b.offer("apt_1", 100)
	r := b.hold("apt_1", "res_1")
	b.before("BatchGetItem", func() { b.cancel(r) })
	due, err := b.DueHolds(t.Context(), r.HoldExpiresAt, booking.DueCursor{}, 10)
	if err != nil || len(due) != 0 {
		t.Errorf("due are %+v, %v", due, err)
	}
}
