package dynamo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/vacancy/vacancy/internal/booking"
)

// sourceItem says which apartment a listing was imported as.
type sourceItem struct {
	Type        string `dynamodbav:"type"`
	ApartmentID string `dynamodbav:"apartmentId"`
	Batch       string `dynamodbav:"batch,omitempty"` // the atomic import that it came by
}

func createApartment(tx *Transaction, a booking.Apartment) {
	Create(tx, apartmentKey(a.ID), itemOfApartment(a))
	if a.SourceID != "" {
		Create(tx, sourceKey(a.SourceID), sourceItem{Type: sourceKind, ApartmentID: a.ID})
	}
}

// CreateApartment implements booking.Store.
func (s *Store) CreateApartment(ctx context.Context, a booking.Apartment, idem *booking.Idempotency) (booking.Apartment, error) {
	return Change(ctx, s.table, func(ctx context.Context, attempt int) (d Decision[booking.Apartment], err error) {
		if attempt > 0 { // something stood in the way
			made, found, err := s.inTheWay(ctx, a, idem)
			if found || err != nil {
				d.Answer = made
				return d, err
			}
		}
		d = Decision[booking.Apartment]{Answer: a, Transaction: &Transaction{}}
		createApartment(d.Transaction, a)
		if idem != nil {
			remember(d.Transaction, *idem)
		}
		return d, nil
	})
}

// inTheWay says why an apartment could not be created: its key was used before, and this
// is what was made then; or it is refused.
func (s *Store) inTheWay(ctx context.Context, a booking.Apartment, idem *booking.Idempotency) (made booking.Apartment, found bool, err error) {
	if idem != nil {
		past, err := s.Recall(ctx, *idem)
		if err != nil {
			return made, false, err
		}
		if past != nil {
			made, _, err = s.readApartment(ctx, past.ResultID)
			return made, true, mustBeThere(err)
		}
	}
	there, err := s.table.GetAll(ctx, []Key{apartmentKey(a.ID), sourceKey(a.SourceID)})
	switch {
	case err != nil:
	case there[sourceKey(a.SourceID)].Exists():
		err = booking.Invalid("sourceId", "an apartment of source id %s is there already", a.SourceID)
	case there[apartmentKey(a.ID)].Exists():
		err = fmt.Errorf("apartment %s is there already", a.ID)
	}
	return made, false, err
}

// ChangeApartment implements booking.Store.
func (s *Store) ChangeApartment(ctx context.Context, c booking.ApartmentChange) (booking.Apartment, error) {
	return Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[booking.Apartment], err error) {
		a, was, err := s.readApartment(ctx, c.Apartment())
		if err != nil {
			return d, err
		}
		next, changed, err := c.Decide(a)
		if err != nil || !changed {
			d.Answer = a
			return d, err
		}
		d = Decision[booking.Apartment]{Answer: next, Transaction: &Transaction{}}
		Put(d.Transaction, was, itemOfApartment(next))
		return d, nil
	})
}

// importedAtOnce is how many listings one transaction takes, two items each.
const importedAtOnce = MaxTransaction / 2

// ImportApartments implements booking.Store, in transactions of importedAtOnce listings.
func (s *Store) ImportApartments(ctx context.Context, as []booking.Apartment) ([]booking.ImportOutcome, error) {
	outcomes := make([]booking.ImportOutcome, 0, len(as))
	for chunk := range slices.Chunk(as, importedAtOnce) {
		some, err := Change(ctx, s.table, func(ctx context.Context, _ int) (Decision[[]booking.ImportOutcome], error) {
			return s.decideImport(ctx, chunk)
		})
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, some...)
	}
	return outcomes, nil
}

func (s *Store) decideImport(ctx context.Context, as []booking.Apartment) (d Decision[[]booking.ImportOutcome], err error) {
	keys := make([]Key, len(as))
	for i, a := range as {
		keys[i] = sourceKey(a.SourceID)
	}
	there, err := s.table.GetAll(ctx, keys)
	if err != nil {
		return d, err
	}
	v := s.view()
	if _, err := v.look(ctx, slices.Collect(maps.Values(there))); err != nil {
		return d, err
	}
	known, pending := make(map[string]string, len(as)), map[string]bool{} // source → apartment
	for _, was := range there {
		var source sourceItem
		if err := was.Decode(&source); err != nil {
			return d, err
		}
		known[was.PK], pending[was.PK] = source.ApartmentID, !v.shows(was)
	}
	d = Decision[[]booking.ImportOutcome]{Answer: make([]booking.ImportOutcome, len(as)), Transaction: &Transaction{}}
	for i, a := range as {
		if id, again := known[keys[i].PK]; again {
			d.Answer[i] = booking.ImportOutcome{ID: id, Pending: pending[keys[i].PK]}
			continue
		}
		known[keys[i].PK] = a.ID
		d.Answer[i] = booking.ImportOutcome{ID: a.ID, Created: true}
		createApartment(d.Transaction, a)
	}
	return d, nil
}

// Apartment implements booking.Store.
func (s *Store) Apartment(ctx context.Context, id string) (booking.Apartment, error) {
	a, _, err := s.readApartment(ctx, id)
	return a, err
}

// ApartmentsByID implements booking.Store.
func (s *Store) ApartmentsByID(ctx context.Context, ids []string) ([]booking.Apartment, error) {
	keys := make([]Key, len(ids))
	for i, id := range ids {
		keys[i] = apartmentKey(id)
	}
	v := s.view()
	for {
		found, err := s.table.GetAll(ctx, keys)
		if err != nil {
			return nil, err
		}
		again, err := v.look(ctx, slices.Collect(maps.Values(found)))
		if err != nil {
			return nil, err
		}
		if again {
			continue
		}
		all := make([]booking.Apartment, 0, len(found))
		for _, was := range found {
			if !v.shows(was) {
				continue
			}
			a, err := apartmentOf(was)
			if err != nil {
				return nil, err
			}
			all = append(all, a)
		}
		return all, nil
	}
}

func byID[T any](ctx context.Context, t *Table, ids []string, key func(string) Key, of func(Stored) (T, error)) ([]T, error) {
	keys := make([]Key, len(ids))
	for i, id := range ids {
		keys[i] = key(id)
	}
	found, err := t.GetAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	all := make([]T, 0, len(found))
	for _, s := range found {
		v, err := of(s)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
