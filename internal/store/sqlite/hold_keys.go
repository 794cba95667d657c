package sqlite

import (
	"encoding/binary"
	"slices"
	"sync"

	"zombiezen.com/go/sqlite"
)

// rememberedKeys is served by a covering index, whose order is that of placing.
const rememberedKeys = "SELECT idempotency_key, seq FROM reservations WHERE idempotency_key IS NOT NULL ORDER BY placed_at, idempotency_key"

// holdKeys answers with which reservations a hold's key may stand. It is in memory: an index by key in
// the file is written to at another page for each hold, since keys come in no order.
//
// What it answers is a hint. A key is known if it stands in the file, whole, with a reservation that
// was answered, and who asks looks there, in the transaction in which it decides. So an entry does
// no harm whose row was rolled back, whose seq another hold has by now, or which a reader's snapshot
// does not have yet. What must never happen is that a committed key has no entry: an order sent
// twice would be placed twice. So an entry is added by the job that inserts the row, before there is
// a commit, and removed once it is committed that the key is forgotten; and then the entry of that
// reservation alone, since the key may have been used again. Keys are unique in the file because
// one goroutine writes, and asks before it inserts.
type holdKeys struct {
	mu     sync.Mutex
	seqs   map[uint64]int64   // without a pointer in it: garbage collection passes over a million of them
	others map[uint64][]int64 // further ones, of digests that begin like one in seqs
	latest []keyPlace         // the last that were added, oldest first
}

// keyPlace is an entry: the first 8 bytes of a key's digest and the seq of its reservation.
type keyPlace struct {
	prefix uint64
	seq    int64
}

func prefix(key keyDigest) uint64 { return binary.BigEndian.Uint64(key[:]) }

// keptLatest is of how many entries at least it is known in which order they were added: as many as
// are rolled back at once, with a group.
const keptLatest = 1024

func newHoldKeys() *holdKeys {
	return &holdKeys{seqs: map[uint64]int64{}, others: map[uint64][]int64{}}
}

// load adds all keys that are remembered in the file.
func (k *holdKeys) load(conn *sqlite.Conn) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return query(conn, rememberedKeys, nil, func(c *columns) (bool, error) {
		k.insert(keyPlace{prefix(c.digest()), c.int()})
		return true, nil
	})
}

// of answers the seqs of the reservations that the key may stand with; none for a key that is new, as good as always.
func (k *holdKeys) of(key keyDigest) []int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.with(prefix(key))
}

// add is called by the job that has inserted the row, in its transaction.
func (k *holdKeys) add(key keyDigest, seq int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	// A row's seq is the next after the highest there is. So the rows of entries from this one on were
	// rolled back, and nobody else would ever remove their entries.
	for n := len(k.latest) - 1; n >= 0 && k.latest[n].seq >= seq; n-- {
		k.delete(k.latest[n])
		k.latest = k.latest[:n]
	}
	if len(k.latest) == 2*keptLatest {
		k.latest = slices.Delete(k.latest, 0, keptLatest)
	}
	p := keyPlace{prefix(key), seq}
	k.insert(p)
	k.latest = append(k.latest, p)
}

// remove is called once it is committed that the key no longer stands with that reservation.
func (k *holdKeys) remove(key keyDigest, seq int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.delete(keyPlace{prefix(key), seq})
}

func (k *holdKeys) insert(p keyPlace) {
	if _, taken := k.seqs[p.prefix]; taken {
		k.others[p.prefix] = append(k.others[p.prefix], p.seq)
		return
	}
	k.seqs[p.prefix] = p.seq
}

func (k *holdKeys) delete(p keyPlace) {
	all := k.with(p.prefix)
	delete(k.seqs, p.prefix)
	delete(k.others, p.prefix)
	for _, seq := range all {
		if seq != p.seq {
			k.insert(keyPlace{p.prefix, seq})
		}
	}
}

// with answers the seqs of all entries with that prefix.
func (k *holdKeys) with(prefix uint64) []int64 {
	seq, found := k.seqs[prefix]
	if !found {
		return nil
	}
	return append([]int64{seq}, k.others[prefix]...)
}
