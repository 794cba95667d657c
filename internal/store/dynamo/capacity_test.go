package dynamo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/ratelimit"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

// TestCapacityAsDocumented measures what each operation consumes and compares it with
// docs/dynamodb.md; with -update it writes it there.
func TestCapacityAsDocumented(t *testing.T) {
	m := &measurement{T: t, meter: dynamotest.NewMeter(dynamotest.Local(t))}
	m.Store = dynamo.New(dynamotest.Table(t, m.meter.Option))
	m.create("apt_0") // ann is known
	earlier := m.place("apt_0", "res_0", noon.Add(-time.Hour))
	m.apply("", booking.MarkWorkflowStarted{On: booking.On{ReservationID: earlier.ID, Now: noon}}, "")
	m.apply("", booking.ReleaseHold{On: booking.On{ReservationID: earlier.ID, Now: noon}, Reason: booking.ReleaseCancelled}, "")
	m.meter.Take()
	m.lines = nil
	m.line("operation", "requests", "read units", "write units", "of indexes")
	m.line("---", "---:", "---:", "---:", "---:")

	m.head("**a reservation that is paid for**")
	m.create("apt_1")
	m.op("create an apartment, with a key")
	r := m.place("apt_1", "res_1", noon)
	m.op("reserve it (limits checked)")
	on := booking.On{ReservationID: r.ID, Epoch: r.Epoch, Now: noon.Add(time.Second), By: "ann"}
	m.begin()
	m.apply("note that the execution is started", booking.MarkWorkflowStarted{On: on}, "")
	m.apply("RequestPayment", booking.BeginPayment{On: on}, "")
	m.apply("AwaitPayment keeps its task token (1 KB)", booking.StoreTaskToken{On: on, Token: strings.Repeat("t", 1000), GatewayRef: "sim_1"}, "")
	m.apply("pay: begin", booking.BeginPayment{On: on, Method: "pm_ok"}, "")
	m.apply("pay: authorized, with its key", booking.AuthorizePayment{On: on, PaymentID: booking.PaymentID(r.ID, 1)}, "payReservation")
	m.read("ReadReservation", func() error { _, err := m.Reservation(t.Context(), r.ID); return err })
	m.apply("CapturePayment: claim", booking.ClaimForCapture{On: on}, "")
	m.apply("CapturePayment: record", booking.RecordCapture{On: on}, "")
	m.apply("MarkApartmentPaid", booking.ConfirmReservation{On: on}, "")
	m.sum("together, after it was placed")

	m.head("**what else becomes of one**")
	m.create("apt_2")
	m.meter.Take()
	held := m.place("apt_2", "res_2", noon)
	m.meter.Take()
	on = booking.On{ReservationID: held.ID, Epoch: held.Epoch, Now: noon.Add(time.Second), By: "ann"}
	m.apply("extend, with its key", booking.ExtendHold{On: on, MaxExtensions: 2, MaxWindows: 3}, "extendHold")
	m.apply("cancel", booking.ReleaseHold{On: on, Reason: booking.ReleaseCancelled}, "")
	m.apply("its payment can no longer come: noted", booking.RecordVoid{On: on, PaymentID: booking.PaymentID(held.ID, 1)}, "")
	lapsed := m.place("apt_2", "res_3", noon)
	m.meter.Take()
	m.place("apt_2", "res_4", lapsed.HoldExpiresAt)
	m.op("take over a lapsed hold of the same tenant")
	r4, err := m.Reservation(t.Context(), "res_4")
	m.must(err)
	m.meter.Take()
	m.apply("release at the deadline", booking.ReleaseHold{On: booking.On{ReservationID: "res_4", Epoch: r4.Epoch, Now: r4.HoldExpiresAt, By: "system"}, Reason: booking.ReleaseExpired}, "")
	p := m.intention("apt_1", "res_5", noon)
	if _, err := m.PlaceHold(t.Context(), p); booking.CodeOf(err) != booking.ApartmentNotVacant {
		t.Fatal(err)
	}
	m.op("reserve what is taken: refused")

	m.head("**how often one reserves or pays, before either**")
	now := noon
	limiter := dynamo.NewLimiter(m.Table(), "reserve", ratelimit.PerMinute(4), func() time.Time { return now })
	for _, c := range []struct {
		name  string
		after time.Duration
		waits bool
	}{
		{"the first call in a while", 0, false}, {"another one of a burst", time.Second, false}, {"one too many", time.Second, true},
	} {
		now = now.Add(c.after)
		m.read(c.name, func() error {
			wait, err := limiter.Take(t.Context(), "ann")
			if err == nil && (wait > 0) != c.waits {
				err = fmt.Errorf("it waits %s", wait)
			}
			return err
		})
	}

	m.head("**reading**")
	m.read("apartment(id) or reservation(id)", func() error { _, err := m.Apartment(t.Context(), "apt_1"); return err })
	m.importTown()
	for _, q := range []struct {
		name string
		booking.ApartmentQuery
	}{
		{"20 apartments by price", booking.ApartmentQuery{Order: booking.ByPrice}},
		{"20 of a state, the newest first", booking.ApartmentQuery{Order: booking.ByNewest, State: "WA"}},
		{"20 VACANT of a city with 2 bedrooms, by price", booking.ApartmentQuery{Order: booking.ByPrice, State: "WA", City: "Seattle", MinBedrooms: 2, Status: booking.Vacant}},
	} {
		q.First = 20
		m.read(q.name, func() error {
			page, err := m.ListApartments(t.Context(), q.ApartmentQuery)
			if err == nil && len(page.Items) != 20 {
				err = fmt.Errorf("%d items", len(page.Items))
			}
			return err
		})
	}
	m.read("my reservations (5)", func() error {
		_, err := m.ListReservations(t.Context(), booking.ReservationQuery{TenantID: "ann", First: 20})
		return err
	})

	m.head("**the sweep, when nothing is left to do**")
	_, err = m.Apply(t.Context(), booking.MarkWorkflowStarted{On: booking.On{ReservationID: "res_2", Now: noon}}, nil)
	m.must(err)
	for _, id := range []string{"res_0", "res_3", "res_4"} {
		on := booking.On{ReservationID: id, Now: noon}
		_, err = m.Apply(t.Context(), booking.MarkWorkflowStarted{On: on}, nil)
		m.must(err)
		_, err = m.Apply(t.Context(), booking.RecordVoid{On: on, PaymentID: booking.PaymentID(id, 1)}, nil)
		m.must(err)
	}
	m.meter.Take()
	m.read("to start, due, unsettled", func() error {
		if _, err := m.ToStart(t.Context(), 500); err != nil {
			return err
		}
		if _, err := m.DueHolds(t.Context(), noon.Add(24*time.Hour), booking.DueCursor{}, 500); err != nil {
			return err
		}
		left, err := m.Unsettled(t.Context(), 500)
		if err == nil && len(left) != 0 {
			err = fmt.Errorf("%d are left: %+v", len(left), left)
		}
		return err
	})
	documented(t, "capacity", strings.Join(m.lines, "\n"))
}

// measurement is a store, what it consumes, and the table made of that.
type measurement struct {
	*testing.T
	*dynamo.Store
	meter *dynamotest.Meter
	total dynamotest.Capacity
	lines []string
}

func (m *measurement) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *measurement) line(cells ...string) {
	m.lines = append(m.lines, "| "+strings.Join(cells, " | ")+" |")
}

func (m *measurement) head(text string) { m.line(text, "", "", "", "") }

func (m *measurement) op(name string) { m.capacity(name, m.meter.Take()) }

func (m *measurement) capacity(name string, c dynamotest.Capacity) {
	m.total.Requests += c.Requests
	m.total.Reads += c.Reads
	m.total.Writes += c.Writes
	m.total.IndexWrites += c.IndexWrites
	m.line(name, fmt.Sprint(c.Requests), fmt.Sprint(c.Reads), fmt.Sprint(c.Writes), fmt.Sprint(c.IndexWrites))
}

func (m *measurement) begin() { m.total = dynamotest.Capacity{} }

func (m *measurement) sum(name string) { m.capacity("*"+name+"*", m.total) }

func (m *measurement) apply(name string, i booking.Intention, operation string) {
	m.Helper()
	var idem *booking.Idempotency
	if operation != "" {
		idem = &booking.Idempotency{Principal: "ann", Operation: operation, Key: "1", At: noon, ResultID: i.Reservation()}
	}
	_, err := m.Apply(m.Context(), i, idem)
	m.must(err)
	m.op(name)
}

func (m *measurement) read(name string, f func() error) {
	m.Helper()
	m.must(f())
	m.op(name)
}

func (m *measurement) create(id string) {
	m.Helper()
	_, err := m.CreateApartment(m.Context(), exampleApartment(id), &booking.Idempotency{Principal: "bob", Operation: "createApartment", Key: id, At: noon, ResultID: id})
	m.must(err)
}

func (m *measurement) intention(apartmentID, reservationID string, now time.Time) booking.PlaceHold {
	p := holdOn(apartmentID, reservationID, now)
	p.Limits = booking.HoldLimits{Live: 10, Budget: 4 * time.Hour}
	return p
}

func (m *measurement) place(apartmentID, reservationID string, now time.Time) booking.Reservation {
	m.Helper()
	r, err := m.PlaceHold(m.Context(), m.intention(apartmentID, reservationID, now))
	m.must(err)
	return r
}

func (m *measurement) importTown() {
	var all []booking.Apartment
	for i := range 100 {
		a := exampleApartment(fmt.Sprintf("apt_1%03d", i))
		a.SourceID, a.Price.Amount = fmt.Sprint("source ", i), int64(50_000+i*1000)
		all = append(all, a)
	}
	_, err := m.ImportApartments(m.Context(), all[:50])
	m.must(err)
	m.op("import of 50 listings (one transaction)")
	_, err = m.ImportApartments(m.Context(), all[50:])
	m.must(err)
	m.meter.Take()
}

func exampleApartment(id string) booking.Apartment {
	bedrooms, bathrooms, feet := 2, 1.5, 640
	return booking.Apartment{ID: id, Status: booking.Vacant, CreatedAt: noon, UpdatedAt: noon, Listing: booking.Listing{
		Title: "Two rooms near the park", City: "Seattle", State: "WA", Bedrooms: &bedrooms, Bathrooms: &bathrooms, SquareFeet: &feet,
		Pets: []string{"Cats"}, Price: booking.Money{Amount: 79_050, Currency: "USD"}, RentPeriod: booking.Monthly}}
}
