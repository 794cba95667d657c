package dynamo

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// What an item is: its sort key, and its attribute `type`.
const (
	apartmentKind   = "APARTMENT"
	reservationKind = "RESERVATION"
	idempotencyKind = "IDEMPOTENCY"
	sourceKind      = "SOURCE"
	usageKind       = "USAGE"
	rateKind        = "RATE"
	pingKind        = "PING"
	importKind      = "IMPORT"
	partKind        = "PART"
	chunkKind       = "CHUNK"
	recordsKind     = "RECORDS"
)

func apartmentKey(id string) Key   { return Key{PK: id, SK: apartmentKind} }
func reservationKey(id string) Key { return Key{PK: id, SK: reservationKind} }

// usageKey is that of what a tenant takes of the limits of holds.
func usageKey(tenantID string) Key { return Key{PK: "TENANT#" + tenantID, SK: usageKind} }

// rateKey is that of how often a principal has made a kind of call.
func rateKey(principal, kind string) Key {
	return Key{PK: "TENANT#" + principal, SK: rateKind + "#" + kind}
}

// sourceKey is that of the item by which a listing is imported once.
func sourceKey(sourceID string) Key { return Key{PK: "SOURCE#" + sourceID, SK: sourceKind} }

// Items of an import share its partition; numbers have a fixed width, so that they sort.
func importKey(id string) Key         { return Key{PK: id, SK: importKind} }
func partKey(id string, n int) Key    { return Key{PK: id, SK: fmt.Sprintf("%s#%06d", partKind, n)} }
func chunkKey(id string, n int) Key   { return Key{PK: id, SK: fmt.Sprintf("%s#%06d", chunkKind, n)} }
func recordsKey(id string, n int) Key { return Key{PK: id, SK: fmt.Sprintf("%s#%06d", recordsKind, n)} }

// Partitions of the sweeper's imports, and of the operators': few at a time, so they need
// no buckets.
const (
	openImports             = "IMPORTS_OPEN"
	importsNeedingAttention = "IMPORTS_ATTENTION"
)

// idempotencyKey is made of 16 bytes of SHA-256 over principal, operation and key, each
// after its length: no two are alike, whatever is in them, and items stay small.
func idempotencyKey(i booking.Idempotency) Key {
	text := make([]byte, 0, 256)
	for _, s := range []string{i.Principal, i.Operation, i.Key} {
		text = binary.AppendUvarint(text, uint64(len(s)))
		text = append(text, s...)
	}
	sum := sha256.Sum256(text)
	return Key{PK: "KEY#" + hex.EncodeToString(sum[:16]), SK: idempotencyKind}
}

// A partition of an index takes 1,000 writes and 3,000 reads a second. A key that many
// items share is split into buckets, which are merged on reading. Their numbers can grow
// only with a rebuild of the indexes, so they are fixed here.
const (
	apartmentBuckets   = 4
	reservationBuckets = 8
)

// bucket answers which of n buckets an id belongs to.
func bucket(id string, n int) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return strconv.Itoa(int(h.Sum32() % uint32(n)))
}

// buckets answers the partitions of a key that is split into n.
func buckets(n int, key func(bucket string) string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = key(strconv.Itoa(i))
	}
	return all
}

// Partitions of apartments, in the indexes of either order. The bucket stands before what
// a manager has written, so that nothing in it can be taken for one.
func allApartments(bucket string) string       { return "APARTMENTS#" + bucket }
func apartmentsIn(bucket, state string) string { return "STATE#" + bucket + "#" + state }
func townsApartments(b, state, city string) string {
	return "CITY#" + b + "#" + state + "#" + cityKey(city)
}

func cityKey(city string) string { return strings.ToLower(city) }

// Partitions of reservations.
func tenantsReservations(tenantID string) string       { return "TENANT#" + tenantID }
func apartmentsReservations(apartmentID string) string { return "APARTMENT#" + apartmentID }
func allReservations(bucket string) string             { return "RESERVATIONS#" + bucket }
func dueReservations(bucket string) string             { return "DUE#" + bucket }
func unsettledReservations(bucket string) string       { return "UNSETTLED#" + bucket }
func toStartReservations(bucket string) string         { return "TO_START#" + bucket }

// Sort keys are text that sorts as their values do: numbers and times have a fixed width,
// and an id tells equal ones apart.
const (
	timeLayout = "2006-01-02T15:04:05.000000000Z"
	// first and last come before and after all of them.
	first = "0"
	last  = "~"
)

func timeSort(t time.Time, id string) string { return t.UTC().Format(timeLayout) + "#" + id }

// endOf comes after every sort key of the time, and before those of a later one.
func endOf(t time.Time) string { return t.UTC().Format(timeLayout) + last }

func timeOf(sort string) (time.Time, error) {
	text, _, _ := strings.Cut(sort, "#")
	return time.Parse(timeLayout, text)
}

func priceSort(amount int64, id string) string { return fmt.Sprintf("%010d#%s", amount, id) }
