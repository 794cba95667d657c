package sqlite

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

// apartmentRow is an apartment and its place in the file.
type apartmentRow struct {
	booking.Apartment
	seq    int64
	latest int64 // seq of its latest reservation; 0: never reserved
}

const apartmentColumns = `seq, latest, id, source_id, title, city, state, bedrooms, bathrooms, square_feet, pets,
	price, currency, rent_period, payment_window, late_money, created_at, status, epoch, reservation_id, hold_expires_at, updated_at`

func scanApartment(c *columns) (a apartmentRow, err error) {
	a.seq, a.latest = c.int(), c.int()
	a.ID, a.SourceID = c.text(), c.text()
	a.Title, a.City, a.State = c.text(), c.text(), c.text()
	if !c.null() {
		n := int(c.int())
		a.Bedrooms = &n
	}
	if !c.null() {
		n := c.float()
		a.Bathrooms = &n
	}
	if !c.null() {
		n := int(c.int())
		a.SquareFeet = &n
	}
	if pets := c.text(); pets != "" {
		if err := json.Unmarshal([]byte(pets), &a.Pets); err != nil {
			return a, fmt.Errorf("pets of apartment %s: %w", a.ID, err)
		}
	}
	a.Price = booking.Money{Amount: c.int(), Currency: c.text()}
	a.RentPeriod, a.PaymentWindow = booking.RentPeriod(c.text()), time.Duration(c.int())
	a.LateMoney = booking.LateMoney(c.text())
	a.CreatedAt = c.time()
	a.Status, a.Epoch, a.ReservationID = booking.ApartmentStatus(c.text()), c.int(), c.text()
	a.HoldExpiresAt, a.UpdatedAt = c.time(), c.time()
	return a, nil
}

func readApartment(conn *sqlite.Conn, id string) (a apartmentRow, found bool, err error) {
	found, err = queryOne(conn, "SELECT "+apartmentColumns+" FROM apartments WHERE id = ? AND "+visible,
		func(p *params) { p.text(id) },
		func(c *columns) (err error) {
			a, err = scanApartment(c)
			return err
		})
	return a, found, err
}

// readHold reads of an apartment what placing a hold on it looks at and changes.
func readHold(conn *sqlite.Conn, id string) (a apartmentRow, found bool, err error) {
	a.ID = id
	found, err = queryOne(conn, `SELECT seq, latest, status, epoch, reservation_id, hold_expires_at, payment_window, price, currency
		FROM apartments WHERE id = ? AND `+visible,
		func(p *params) { p.text(id) },
		func(c *columns) error {
			a.seq, a.latest = c.int(), c.int()
			a.Status, a.Epoch, a.ReservationID, a.HoldExpiresAt = booking.ApartmentStatus(c.text()), c.int(), c.text(), c.time()
			a.PaymentWindow, a.Price = time.Duration(c.int()), booking.Money{Amount: c.int(), Currency: c.text()}
			return nil
		})
	return a, found, err
}

// insertApartment stores an apartment unless its SourceID is known. imported is the seq of the
// atomic import that it comes by; 0: none.
func insertApartment(conn *sqlite.Conn, a booking.Apartment, imported int64) (created bool, err error) {
	changed, err := exec(conn, `INSERT INTO apartments (id, source_id, title, city, city_key, state, bedrooms, bathrooms, square_feet, pets,
		price, currency, rent_period, payment_window, late_money, created_at, status, epoch, reservation_id, hold_expires_at, updated_at, batch)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id) DO NOTHING`,
		func(p *params) {
			p.text(a.ID).optText(a.SourceID)
			bindListing(p, a.Listing)
			p.time(a.CreatedAt).text(string(a.Status)).int(a.Epoch).optText(a.ReservationID).optTime(a.HoldExpiresAt).time(a.UpdatedAt).optInt(imported)
		})
	return changed > 0, err
}

func bindListing(p *params, l booking.Listing) {
	p.text(l.Title).text(l.City).text(cityKey(l.City)).text(l.State)
	if l.Bedrooms == nil {
		p.skip()
	} else {
		p.int(int64(*l.Bedrooms))
	}
	if l.Bathrooms == nil {
		p.skip()
	} else {
		p.stmt.BindFloat(p.next(), *l.Bathrooms)
	}
	if l.SquareFeet == nil {
		p.skip()
	} else {
		p.int(int64(*l.SquareFeet))
	}
	if len(l.Pets) == 0 {
		p.skip()
	} else {
		pets, _ := json.Marshal(l.Pets) // strings: it cannot fail
		p.text(string(pets))
	}
	p.int(l.Price.Amount).text(l.Price.Currency).text(string(l.RentPeriod)).int(int64(l.PaymentWindow)).text(string(l.LateMoney))
}

func cityKey(city string) string { return strings.ToLower(city) }

// updateListing writes what a manager says of the apartment, and its status.
func updateListing(conn *sqlite.Conn, a apartmentRow) error {
	_, err := exec(conn, `UPDATE apartments SET title = ?, city = ?, city_key = ?, state = ?, bedrooms = ?, bathrooms = ?, square_feet = ?, pets = ?,
		price = ?, currency = ?, rent_period = ?, payment_window = ?, late_money = ?, status = ?, updated_at = ? WHERE seq = ?`,
		func(p *params) {
			bindListing(p, a.Listing)
			p.text(string(a.Status)).time(a.UpdatedAt).int(a.seq)
		})
	return err
}

// updateHold writes what a hold changes: no index has any of it.
func updateHold(conn *sqlite.Conn, a apartmentRow) error {
	_, err := exec(conn, `UPDATE apartments SET status = ?, epoch = ?, reservation_id = ?, hold_expires_at = ?, updated_at = ?, latest = ? WHERE seq = ?`,
		func(p *params) {
			p.text(string(a.Status)).int(a.Epoch).optText(a.ReservationID).optTime(a.HoldExpiresAt).time(a.UpdatedAt).optInt(a.latest).int(a.seq)
		})
	return err
}
