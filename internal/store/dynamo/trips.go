package dynamo

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/saga/trip"
)

// Trips is a trip.Store on the table. It is safe for concurrent use, by any number of
// processes.
type Trips struct{ table *Table }

var _ trip.Store = (*Trips)(nil)

// NewTrips makes the store of trips on a table.
func NewTrips(t *Table) *Trips { return &Trips{t} }

// tripRead is a trip and the items it was read from.
type tripRead struct {
	trip.Trip
	record  Stored
	version tripRecord
	items   map[string]Stored // by sort key
}

// read reads a trip and all its items at one moment, or answers ErrReadAgain. Where there is
// no trip, record does not exist. What else stands in the partition is none of its business.
func (s *Trips) read(ctx context.Context, id string) (r tripRead, err error) {
	r.record, r.items = Stored{Key: tripKey(id)}, map[string]Stored{}
	all, err := s.table.Partition(ctx, id, "")
	if err != nil {
		return r, err
	}
	revisions := map[string]int64{}
	var items []tripItem
	for _, stored := range all {
		switch {
		case stored.SK == tripKind:
			r.record = stored
			if err := stored.Decode(&r.version); err != nil {
				return r, err
			}
		case isTripItem(stored.SK):
			var item tripItem
			if err := stored.Decode(&item); err != nil {
				return r, err
			}
			items, revisions[stored.SK], r.items[stored.SK] = append(items, item), item.Revision, stored
		}
	}
	if !maps.Equal(revisions, r.version.Items) {
		return r, ErrReadAgain
	}
	if r.Trip, err = r.version.trip(); err != nil {
		return r, err
	}
	for _, stored := range items {
		item, err := stored.item()
		if err != nil {
			return r, err
		}
		if r.Trip, err = r.Trip.WithItem(item); err != nil {
			return r, err
		}
	}
	return r, nil
}

func isTripItem(sort string) bool {
	for _, prefix := range []string{trip.HotelKey, trip.FlightKey, trip.CarRentalKey, trip.PaymentKey} {
		if strings.HasPrefix(sort, prefix) {
			return true
		}
	}
	return false
}

// CreateTrip implements trip.Store.
func (s *Trips) CreateTrip(ctx context.Context, t trip.Trip) (trip.Trip, bool, error) {
	type made struct {
		trip.Trip
		created bool
	}
	m, err := Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[made], err error) {
		was, err := s.read(ctx, t.ID)
		if err != nil {
			return d, err
		}
		if was.record.Exists() {
			d.Answer = made{was.Trip, false}
			return d, nil
		}
		d.Answer = made{t, true}
		d.Transaction, err = was.become(t)
		return d, err
	})
	return m.Trip, m.created, err
}

// ApplyToTrip implements trip.Store.
func (s *Trips) ApplyToTrip(ctx context.Context, i trip.Intention) (trip.Trip, error) {
	return Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[trip.Trip], err error) {
		was, err := s.existing(ctx, i.Trip())
		if err != nil {
			return d, err
		}
		d.Answer = was.Trip
		next, changed, err := i.Decide(was.Trip)
		if err != nil || !changed {
			return d, err
		}
		d.Answer = next
		d.Transaction, err = was.become(next)
		return d, err
	})
}

func (s *Trips) existing(ctx context.Context, id string) (tripRead, error) {
	r, err := s.read(ctx, id)
	if err == nil && !r.record.Exists() {
		err = trip.NotFound(id)
	}
	return r, err
}

// become makes the transaction by which the trip that was read becomes next. The record is
// always in it, and its version stands for all that was read: every change changes it.
func (r tripRead) become(next trip.Trip) (*Transaction, error) {
	before := map[string]trip.Item{}
	for _, item := range r.Items() {
		before[item.SortKey] = item
	}
	revision, items, writes := r.version.Revision+1, map[string]int64{}, &Transaction{}
	for _, item := range next.Items() {
		if reflect.DeepEqual(item, before[item.SortKey]) {
			items[item.SortKey] = r.version.Items[item.SortKey]
			continue
		}
		was, there := r.items[item.SortKey]
		if !there {
			was = Stored{Key: Key{PK: next.ID, SK: item.SortKey}}
		}
		stored, err := tripItemOf(item, revision)
		if err != nil {
			return nil, err
		}
		items[item.SortKey] = revision
		Put(writes, was, stored)
	}
	for sort, was := range r.items {
		if _, stays := items[sort]; !stays {
			writes.Delete(was)
		}
	}
	record, err := tripRecordOf(next, revision, items)
	if err != nil {
		return nil, err
	}
	Put(writes, r.record, record)
	return writes, nil
}

// Trip implements trip.Store.
func (s *Trips) Trip(ctx context.Context, id string) (trip.Trip, error) {
	return Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[trip.Trip], err error) {
		r, err := s.existing(ctx, id)
		d.Answer = r.Trip
		return d, err
	})
}

// TripsToStart implements trip.Store. Oldest first. The index may lag: what is started
// already is left out.
func (s *Trips) TripsToStart(ctx context.Context, limit int) ([]trip.Trip, error) {
	return s.list(ctx, Index5, tripsToStart, last, limit, func(t trip.Trip) bool { return !t.Execution.Started })
}

// UnfinishedTrips implements trip.Store. Those that have rested longest first.
func (s *Trips) UnfinishedTrips(ctx context.Context, since time.Time, limit int) ([]trip.Trip, error) {
	return s.list(ctx, Index4, openTrips, endOf(since), limit, func(t trip.Trip) bool { return !t.Status.Ended() && t.UpdatedAt.Before(since) })
}

// TripsNeedingAttention implements trip.Store. Oldest first.
func (s *Trips) TripsNeedingAttention(ctx context.Context, limit int) ([]trip.Trip, error) {
	return s.list(ctx, Index4, tripsNeedingAttention, last, limit, func(t trip.Trip) bool { return t.Status == trip.NeedsAttention })
}

func (s *Trips) list(ctx context.Context, index Index, partition func(string) string, to string, limit int, wanted func(trip.Trip) bool) ([]trip.Trip, error) {
	sagas := Range{Index: index, Partitions: buckets(tripBuckets, partition), From: first, To: to}
	return listSagas(ctx, s.table, sagas, limit, func(ctx context.Context, k Key) (trip.Trip, error) { return s.Trip(ctx, k.PK) }, wanted)
}
