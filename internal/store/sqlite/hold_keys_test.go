package sqlite

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
)

var keyTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// keyed makes the order of a hold on an apartment of its own whose key has that digest.
func keyed(t *testing.T, s *Store, id string, key keyDigest) *placing {
	t.Helper()
	if _, err := s.CreateApartment(t.Context(), booking.Apartment{
		ID: "apt_" + id, Status: booking.Vacant, CreatedAt: keyTime, UpdatedAt: keyTime,
		Listing: booking.Listing{Price: booking.Money{Amount: 79000, Currency: "USD"}, RentPeriod: booking.Monthly},
	}, nil); err != nil {
		t.Fatal(err)
	}
	return &placing{key: key, keys: s.keys, PlaceHold: booking.PlaceHold{
		ApartmentID: "apt_" + id, ReservationID: id, TenantID: "alice", Now: keyTime, Window: time.Minute,
		Idempotency: booking.Idempotency{Principal: "alice", Operation: "reserveApartment", Key: "k", Fingerprint: "f", At: keyTime, ResultID: id},
	}}
}

// placedAs places a hold and checks which reservation is answered.
func placedAs(t *testing.T, s *Store, h *placing, want string) {
	t.Helper()
	if err := s.db.Write(t.Context(), groupcommit.Urgent, h.write); err != nil || h.placed.ID != want {
		t.Errorf("the order of %s = %s, %v; want %s", h.ReservationID, h.placed.ID, err, want)
	}
}

func openOne(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestTwoKeysThatBeginAlike(t *testing.T) {
	s := openOne(t)
	keys := []keyDigest{{7: 1, 8: 1}, {7: 1, 8: 2}, {7: 1, 15: 3}}
	for i, key := range keys {
		placedAs(t, s, keyed(t, s, fmt.Sprintf("res_%d", i), key), fmt.Sprintf("res_%d", i))
	}
	for i, key := range keys {
		placedAs(t, s, keyed(t, s, fmt.Sprintf("again_%d", i), key), fmt.Sprintf("res_%d", i))
	}
}

// TestAHoldRolledBackInAGroup: the hold has inserted its row when it fails, its group is run again,
// and the next hold of the group gets the row's seq.
func TestAHoldRolledBackInAGroup(t *testing.T) {
	s := openOne(t)
	first, second := keyed(t, s, "res_1", keyDigest{1}), keyed(t, s, "res_2", keyDigest{2})
	refused := errors.New("refused late")
	errs := inOneGroup(t, s, func(conn *sqlite.Conn) error { return errors.Join(first.write(conn), refused) }, second.write)
	if !errors.Is(errs[0], refused) || errs[1] != nil {
		t.Fatalf("the group = %v", errs)
	}
	placedAs(t, s, keyed(t, s, "res_3", keyDigest{1}), "res_3")
	placedAs(t, s, keyed(t, s, "res_4", keyDigest{1}), "res_3")
	placedAs(t, s, keyed(t, s, "res_5", keyDigest{2}), "res_2")
	if want := map[uint64]int64{prefix(keyDigest{2}): 1, prefix(keyDigest{1}): 2}; !maps.Equal(s.keys.seqs, want) || len(s.keys.others) != 0 {
		t.Errorf("entries %v and %v, want %v: one that was rolled back stays for ever", s.keys.seqs, s.keys.others, want)
	}
}

// inOneGroup runs writes in one group: the writer is kept busy until all of them wait.
func inOneGroup(t *testing.T, s *Store, writes ...func(*sqlite.Conn) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	busy, free := make(chan struct{}), make(chan struct{})
	begun := sync.OnceFunc(func() { close(busy) }) // with a group that is run again, it is
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.db.Write(t.Context(), groupcommit.Urgent, func(*sqlite.Conn) error {
			begun()
			<-free
			return nil
		})
	})
	<-busy
	for i, w := range writes {
		arrived := s.db.Waiting() + 1
		wg.Go(func() { errs[i] = s.db.Write(t.Context(), groupcommit.Urgent, w) })
		for s.db.Waiting() < arrived {
			runtime.Gosched()
		}
	}
	close(free)
	wg.Wait()
	return errs
}

// TestAKeyUsedAgainWhileItIsForgotten: between the commit that forgets a key and the removal of its entry
// another hold is placed under it.
func TestAKeyUsedAgainWhileItIsForgotten(t *testing.T) {
	s := openOne(t)
	key := keyDigest{1}
	placedAs(t, s, keyed(t, s, "res_1", key), "res_1")
	if err := s.db.Write(t.Context(), groupcommit.Urgent, func(conn *sqlite.Conn) error {
		_, err := exec(conn, forgetHoldKey, func(p *params) { p.int(1).bytes(key[:]) })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	placedAs(t, s, keyed(t, s, "res_2", key), "res_2")
	s.keys.remove(key, 1)
	placedAs(t, s, keyed(t, s, "res_3", key), "res_2")
	if got := s.keys.of(key); !slices.Equal(got, []int64{2}) {
		t.Errorf("entries of the key are %v, want that of the second hold", got)
	}
}

// TestHoldKeysAreThoseOfTheFile plays groups that are committed or rolled back, and keys that are forgotten, with
// digests of which many begin alike: of all keys in the file there is an entry, and of others
// only those of a group that has just been rolled back.
func TestHoldKeysAreThoseOfTheFile(t *testing.T) {
	type row struct {
		key keyDigest
		seq int64
	}
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		keys := newHoldKeys()
		var file []row // with the keys that are remembered
		highest := int64(0)
		entries := func() (n int) {
			for p := range keys.seqs {
				n += len(keys.with(p))
			}
			return n
		}
		for range 400 {
			var group []row
			for range random.IntN(5) {
				r := row{keyDigest{7: byte(random.IntN(40)), 15: byte(random.IntN(3))}, highest + int64(len(group)) + 1}
				keys.add(r.key, r.seq)
				group = append(group, r)
			}
			garbage := len(group)
			if random.IntN(3) > 0 {
				file, highest, garbage = append(file, group...), highest+int64(len(group)), 0
			}
			for len(file) > 0 && random.IntN(2) == 0 {
				i := random.IntN(len(file))
				keys.remove(file[i].key, file[i].seq)
				file = slices.Delete(file, i, i+1)
			}
			for _, r := range file {
				if !slices.Contains(keys.of(r.key), r.seq) {
					t.Fatalf("seed %d: no entry of row %d", seed, r.seq)
				}
			}
			// An empty group leaves what the one before left.
			if n := entries(); len(group) > 0 && n != len(file)+garbage {
				t.Fatalf("seed %d: %d entries of %d keys, after a group of which %d were rolled back", seed, n, len(file), garbage)
			}
		}
	}
}
