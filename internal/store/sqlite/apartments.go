package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
)

// CreateApartment implements booking.Store.
func (s *Store) CreateApartment(ctx context.Context, a booking.Apartment, idem *booking.Idempotency) (booking.Apartment, error) {
	var key keyDigest
	if idem != nil {
		key = digest(*idem)
	}
	result := a
	err := s.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		result = a
		if idem != nil {
			past, err := recall(conn, s.keys, key, *idem)
			if err != nil {
				return err
			}
			if past != nil {
				made, found, err := readApartment(conn, past.ResultID)
				if err == nil && !found {
					err = fmt.Errorf("apartment %s of idempotency key %x is gone", past.ResultID, key)
				}
				result = made.Apartment
				return err
			}
			if _, err := remember(conn, key, *idem); err != nil {
				return err
			}
		}
		created, err := insertApartment(conn, a, 0)
		if err == nil && !created {
			err = booking.Invalid("sourceId", "an apartment of source id %s is there already", a.SourceID)
		}
		return err
	})
	return result, err
}

// ChangeApartment implements booking.Store.
func (s *Store) ChangeApartment(ctx context.Context, c booking.ApartmentChange) (booking.Apartment, error) {
	var result booking.Apartment
	err := s.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		a, found, err := readApartment(conn, c.Apartment())
		if err != nil {
			return err
		}
		if !found {
			return booking.ApartmentNotFound(c.Apartment())
		}
		next, changed, err := c.Decide(a.Apartment)
		if err != nil {
			return err
		}
		result = a.Apartment
		if !changed {
			return nil
		}
		result, a.Apartment = next, next
		return updateListing(conn, a)
	})
	return result, err
}

// ImportApartments implements booking.Store. All of them are one write: whoever
// imports much does so by the hundred, so that others get in between.
func (s *Store) ImportApartments(ctx context.Context, as []booking.Apartment) ([]booking.ImportOutcome, error) {
	var outcomes []booking.ImportOutcome
	err := s.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		outcomes = make([]booking.ImportOutcome, len(as))
		for i, a := range as {
			created, err := insertApartment(conn, a, 0)
			if err != nil {
				return err
			}
			outcomes[i] = booking.ImportOutcome{ID: a.ID, Created: created}
			if created {
				continue
			}
			if _, err := queryOne(conn, "SELECT id, "+visible+" FROM apartments WHERE source_id = ?",
				func(p *params) { p.text(a.SourceID) },
				func(c *columns) error {
					outcomes[i].ID, outcomes[i].Pending = c.text(), !c.bool()
					return nil
				}); err != nil {
				return err
			}
		}
		return nil
	})
	return outcomes, err
}

// Apartment implements booking.Store.
func (s *Store) Apartment(ctx context.Context, id string) (booking.Apartment, error) {
	var a apartmentRow
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		row, found, err := readApartment(conn, id)
		if err == nil && !found {
			err = booking.ApartmentNotFound(id)
		}
		a = row
		return err
	})
	return a.Apartment, err
}

// apartmentsByID is one statement: it shows all of an import or nothing.
const apartmentsByID = "SELECT " + apartmentColumns + " FROM apartments WHERE id IN (SELECT value FROM json_each(?)) AND " + visible

// ApartmentsByID implements booking.Store.
func (s *Store) ApartmentsByID(ctx context.Context, ids []string) ([]booking.Apartment, error) {
	wanted, err := json.Marshal(distinct(ids))
	if err != nil {
		return nil, err
	}
	var all []booking.Apartment
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		all = nil
		return query(conn, apartmentsByID, func(p *params) { p.json(wanted) }, func(c *columns) (bool, error) {
			a, err := scanApartment(c)
			all = append(all, a.Apartment)
			return err == nil, err
		})
	})
	return all, err
}

// distinct drops ids that come again, keeping the order.
func distinct(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var once []string
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}
