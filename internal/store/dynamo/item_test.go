package dynamo

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/google/go-cmp/cmp"

	"github.com/vacancy/vacancy/internal/booking"
)

// TestItemsKeepEveryField fills every field there is, so that one which is added to the
// domain and forgotten here is found.
func TestItemsKeepEveryField(t *testing.T) {
	var a booking.Apartment
	fill(reflect.ValueOf(&a).Elem(), new(int))
	var gotA apartmentItem
	throughAttributes(t, itemOfApartment(a), &gotA)
	if d := cmp.Diff(a, gotA.apartment()); d != "" {
		t.Errorf("an apartment differs (-want +got):\n%s", d)
	}
	var r booking.Reservation
	fill(reflect.ValueOf(&r).Elem(), new(int))
	var gotR reservationItem
	throughAttributes(t, itemOfReservation(r), &gotR)
	if d := cmp.Diff(r, gotR.reservation()); d != "" {
		t.Errorf("a reservation differs (-want +got):\n%s", d)
	}
}

func throughAttributes[T any](t *testing.T, from T, to *T) {
	t.Helper()
	encoded, err := encode(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := attributevalue.UnmarshalMap(encoded, to); err != nil {
		t.Fatal(err)
	}
}

// fill gives every field a value of its own that is not zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if _, isTime := v.Interface().(time.Time); isTime {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 12, 0, 0, *n, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.String:
		v.SetString("text " + string(rune('a'+*n%26)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	default:
		panic("no value for " + v.Type().String())
	}
}

// TestSortKeysSortAsTheirValues is what lists rest on.
func TestSortKeysSortAsTheirValues(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, inOrder := range [][]string{
		{first, priceSort(1, "b"), priceSort(2, "a"), priceSort(2, "b"), priceSort(10, "a"), priceSort(booking.MaxAmount, "a"), priceSort(booking.MaxAmount, last), last},
		{first, timeSort(time.Time{}, "z"), timeSort(now, "a"), timeSort(now, "b"), endOf(now), timeSort(now.Add(1), "a"), timeSort(now.Add(time.Hour), "a"), last},
	} {
		for i := 1; i < len(inOrder); i++ {
			if inOrder[i-1] >= inOrder[i] {
				t.Errorf("%q does not come before %q", inOrder[i-1], inOrder[i])
			}
		}
	}
	if at, err := timeOf(timeSort(now.Add(7), "res_1#2")); err != nil || !at.Equal(now.Add(7)) {
		t.Errorf("timeOf = %v, %v", at, err)
	}
}

// TestKeysSpread: no bucket of a split key gets much more than its share.
func TestKeysSpread(t *testing.T) {
	counts := map[string]int{}
	const n = 8000
	for i := range n {
		counts[bucket(booking.PaymentID("res_01890a5d-ac96-774b-bcce-b302099a8057", i), reservationBuckets)]++
	}
	for b, c := range counts {
		if c < n/reservationBuckets*8/10 || c > n/reservationBuckets*12/10 {
			t.Errorf("bucket %s has %d of %d", b, c, n)
		}
	}
	if len(counts) != reservationBuckets {
		t.Errorf("%d buckets are used", len(counts))
	}
}

// TestARecordExpiresLongAfter: DynamoDB may not remove what is still needed.
func TestARecordExpiresLongAfter(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tx := &Transaction{}
	remember(tx, booking.Idempotency{Principal: "ann", Operation: "reserveApartment", Key: "1", At: at})
	expires := Stored{attributes: tx.writes[0].next}.number(TTLAttribute)
	if want := at.Add((&Store{}).RememberedFor()).Unix(); expires != want {
		t.Errorf("the record expires at %d, want %d", expires, want)
	}
}
