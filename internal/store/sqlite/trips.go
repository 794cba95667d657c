package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/saga/trip"
)

const (
	tripsToStart = "SELECT " + tripColumns + " FROM trips WHERE started = 0 ORDER BY created_at LIMIT ?"
	// The conditions are those of the indexes, to the letter.
	unfinishedTrips = "SELECT " + tripColumns + ` FROM trips
		WHERE status IN ('BOOKING', 'COMPENSATING') AND updated_at < ? ORDER BY updated_at LIMIT ?`
	tripsNeedingAttention = "SELECT " + tripColumns + " FROM trips WHERE status = 'NEEDS_ATTENTION' ORDER BY ended_at LIMIT ?"
)

// Trips is a trip.Store in the store's file. It is safe for concurrent use.
type Trips struct{ db *groupcommit.DB }

var _ trip.Store = (*Trips)(nil)

// Trips answers the trips in the same file.
func (s *Store) Trips() *Trips { return &Trips{s.db} }

// CreateTrip implements trip.Store.
func (s *Trips) CreateTrip(ctx context.Context, t trip.Trip) (stored trip.Trip, created bool, err error) {
	err = s.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		was, found, err := readTrip(conn, t.ID)
		if stored, created = was, false; err != nil || found {
			return err
		}
		stored, created = t, true
		return insertTrip(conn, t)
	})
	return stored, created, err
}

// ApplyToTrip implements trip.Store.
func (s *Trips) ApplyToTrip(ctx context.Context, i trip.Intention) (t trip.Trip, err error) {
	err = s.db.Write(ctx, priority(ctx), func(conn *sqlite.Conn) error {
		was, found, err := readTrip(conn, i.Trip())
		if err == nil && !found {
			err = trip.NotFound(i.Trip())
		}
		if err != nil {
			return err
		}
		t = was
		next, changed, err := i.Decide(was)
		if err != nil || !changed {
			return err
		}
		t = next
		return updateTrip(conn, was, next)
	})
	return t, err
}

// Trip implements trip.Store.
func (s *Trips) Trip(ctx context.Context, id string) (t trip.Trip, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		var found bool
		if t, found, err = readTrip(conn, id); err == nil && !found {
			err = trip.NotFound(id)
		}
		return err
	})
	return t, err
}

// TripsToStart implements trip.Store. Oldest first.
func (s *Trips) TripsToStart(ctx context.Context, limit int) ([]trip.Trip, error) {
	return s.listTrips(ctx, tripsToStart, func(p *params) { p.int(int64(limit)) })
}

// UnfinishedTrips implements trip.Store. Those that have rested longest first.
func (s *Trips) UnfinishedTrips(ctx context.Context, since time.Time, limit int) ([]trip.Trip, error) {
	return s.listTrips(ctx, unfinishedTrips, func(p *params) { p.time(since).int(int64(limit)) })
}

// TripsNeedingAttention implements trip.Store. Oldest first.
func (s *Trips) TripsNeedingAttention(ctx context.Context, limit int) ([]trip.Trip, error) {
	return s.listTrips(ctx, tripsNeedingAttention, func(p *params) { p.int(int64(limit)) })
}

func (s *Trips) listTrips(ctx context.Context, sql string, bind func(*params)) ([]trip.Trip, error) {
	var all []trip.Trip
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		all = nil
		err := query(conn, sql, bind, func(c *columns) (bool, error) {
			t, err := scanTrip(c)
			all = append(all, t)
			return err == nil, err
		})
		for i := 0; err == nil && i < len(all); i++ {
			err = readTripItems(conn, &all[i])
		}
		return err
	})
	return all, err
}
