// Package sqlite keeps apartments, reservations, workflow executions and
// notifications in one SQLite file: [Store] is a booking.Store, [Journal] a
// local.Journal and [Outbox] a notification.Outbox, all in the same group commits.
//
// Every intention is one transaction: it reads the rows it needs, lets the domain
// decide and writes what changed.
package sqlite

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
)

//go:embed migrations
var embedded embed.FS

// FileName is the file in the data directory.
const FileName = "vacancy.db"

// applicationID is "VACY"; https://www.sqlite.org/pragma.html#pragma_application_id
const applicationID = 0x56414359

// pageSize: a hold changes pages at random places for its apartment and tenant. Halving SQLite's
// default took an eighth off a hold's processor time and nearly half off what it writes; halving
// again gained nothing.
const pageSize = 2048

// Options is what a caller decides about a store.
type Options struct {
	// StartExecutions, if not nil, makes PlaceHold create the reservation's execution
	// in the transaction of the hold. Without it a reservation stays marked to be started.
	StartExecutions *StartExecutions
	// File is the file in the data directory; "": FileName.
	File string
	// Fault is for tests; see groupcommit.Boundary.
	Fault func(groupcommit.Boundary) error
	// MaxGroup is how many writes a commit takes at most; 0: as many as there are.
	MaxGroup int
}

// StartExecutions names the executions that PlaceHold creates: of Machine, with the
// definition that the Journal keeps under the hash.
type StartExecutions struct {
	Machine    string
	Definition string
}

// Store is a booking.Store. It is safe for concurrent use.
type Store struct {
	db      *groupcommit.DB
	options Options
	journal *Journal
	outbox  *Outbox
	keys    *holdKeys

	forgetting  sync.Mutex
	keyWalk     keyWalk
	holdKeyWalk holdKeyWalk
}

var _ booking.Store = (*Store)(nil)

// Open opens the store in the data directory dir, which it makes if it is not there.
// Errors are those of groupcommit.Open: in use, read-only, corrupt, newer.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	db, err := groupcommit.Open(ctx, filepath.Join(dir, cmp.Or(o.File, FileName)), o.groupcommit())
	if err != nil {
		return nil, err
	}
	s := newStore(db, o)
	if err := db.Read(ctx, s.keys.load); err != nil {
		return nil, errors.Join(fmt.Errorf("read the keys of holds: %w", err), db.Close())
	}
	return s, nil
}

// OpenMemory opens an empty store that ends with the process.
func OpenMemory(ctx context.Context, o Options) (*Store, error) {
	db, err := groupcommit.OpenMemory(ctx, o.groupcommit())
	if err != nil {
		return nil, err
	}
	return newStore(db, o), nil
}

func (o Options) groupcommit() groupcommit.Options {
	return groupcommit.Options{Migrations: migrations(), ApplicationID: applicationID, PageSize: pageSize, Fault: o.Fault, MaxGroup: o.MaxGroup}
}

func migrations() fs.FS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the directory is embedded by the directive above
	}
	return files
}

func newStore(db *groupcommit.DB, o Options) *Store {
	keys := newHoldKeys()
	return &Store{db: db, options: o, journal: newJournal(db), outbox: &Outbox{db}, keys: keys, holdKeyWalk: holdKeyWalk{keys: keys}}
}

// Journal answers the journal of workflow executions in the same file.
func (s *Store) Journal() *Journal { return s.journal }

// Outbox answers the notifications in the same file.
func (s *Store) Outbox() *Outbox { return s.outbox }

// Imports answers the atomic imports in the same file.
func (s *Store) Imports() *Imports { return &Imports{s.db} }

// Stats counts the commits and what they carried.
func (s *Store) Stats() groupcommit.Stats { return s.db.Stats() }

// Close commits what waits and gives the file back.
func (s *Store) Close() error { return s.db.Close() }

// Ping writes a row, durably, and reads it back.
func (s *Store) Ping(ctx context.Context) error {
	now := time.Now()
	err := s.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		_, err := exec(conn, "INSERT INTO ping (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
			func(p *params) { p.time(now) })
		return err
	})
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return s.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err := queryOne(conn, "SELECT at FROM ping", nil, func(*columns) error { return nil })
		if err == nil && !found {
			err = fmt.Errorf("read: what was just written to %s is not there", s.db.Path())
		}
		return err
	})
}
