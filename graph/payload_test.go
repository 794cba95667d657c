package graph_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/internal/ratelimit"
)

// reservedPayload asks for all that a payload has, under names of its own here and there.
const reservedPayload = `__typename reservation { __typename id status mine: tenantId price { __typename amount currency }
	placedAt holdExpiresAt until: holdExpiresAt endedAt extensions pollAfter serverTime }
	userErrors { __typename code field message heldUntil retryAfter }`

// byTheExecutor writes a document in which the executor resolves every field of the payload
// by itself: it has a fragment around them.
func byTheExecutor(mutation, payload, selection string) string {
	return fmt.Sprintf(mutation, "... on "+payload+" { "+selection+" }")
}

// TestPayloadsAreTheExecutors: a payload that is written at once has the very bytes that the
// executor writes field by field.
func TestPayloadsAreTheExecutors(t *testing.T) {
	var refuse ratelimit.Limiter = refusing{}
	a := newAPI(t)
	limited := newAPI(t, func(c *graph.Config) { c.Rates = graph.Rates{Reserve: refuse, Pay: refuse} })
	held := a.hold(ann, a.create(123_456))
	taken := a.create(1)
	a.hold(bob, taken)
	ended := a.hold(ann, a.create(77))
	a.clock.advance(time.Minute)
	a.value(ann, `mutation { cancelReservation(input: {reservationId: "`+ended+`"}) { reservation { status } } }`, nil)

	for _, c := range []struct {
		what, mutation, payload string
		api                     *api
	}{
		{"held", `reserveApartment(input: {apartmentId: "` + a.create(5) + `", idempotencyKey: "same"})`, "ReserveApartmentPayload", a},
		{"held by another", `reserveApartment(input: {apartmentId: "` + taken + `", idempotencyKey: "other"})`, "ReserveApartmentPayload", a},
		{"a message to be escaped", `reserveApartment(input: {apartmentId: "\"\\\n\u0001é", idempotencyKey: "k"})`, "ReserveApartmentPayload", a},
		{"too often", `reserveApartment(input: {apartmentId: "apt_1", idempotencyKey: "k"})`, "ReserveApartmentPayload", limited},
		{"paying", `payReservation(input: {reservationId: "` + held + `", paymentMethod: "pm_declined", idempotencyKey: "p"})`, "PayReservationPayload", a},
		{"extended", `extendHold(input: {reservationId: "` + held + `", idempotencyKey: "e"})`, "ExtendHoldPayload", a},
		{"ended", `cancelReservation(input: {reservationId: "` + ended + `"})`, "CancelReservationPayload", a},
		{"somebody else's", `cancelReservation(input: {reservationId: "res_none"})`, "CancelReservationPayload", a},
	} {
		t.Run(c.what, func(t *testing.T) {
			mutation := "mutation { answered: " + c.mutation + " { %s } }"
			token := c.api.token(ann)
			at := func(document string) string {
				got := c.api.post(token, quoted(document))
				if got.Code != 200 || strings.Contains(got.Body.String(), `"errors"`) {
					t.Fatalf("status %d: %s", got.Code, got.Body)
				}
				return got.Body.String()
			}
			at(fmt.Sprintf(mutation, "__typename")) // done: from here on it is a replay
			plain, want := fmt.Sprintf(mutation, reservedPayload), byTheExecutor(mutation, c.payload, reservedPayload)
			if got, want := at(plain), at(want); got != want {
				t.Errorf("written  %s\nexecutor %s", got, want)
			}
			once, field := testing.AllocsPerRun(20, func() { at(plain) }), testing.AllocsPerRun(20, func() { at(want) })
			if once > field-50 {
				t.Errorf("%.0f allocations, the executor needs %.0f: was it written at once?", once, field)
			}
		})
	}
}

// TestSelectionsAreTheExecutors asks for any part of a payload, in any order, conditionally,
// twice, in fragments, and for what only the executor can resolve.
func TestSelectionsAreTheExecutors(t *testing.T) {
	a := newAPI(t)
	mutation := `mutation { reserveApartment(input: {apartmentId: "` + a.create(5) + `", idempotencyKey: "same"}) { %s } }`
	token := a.token(mary)
	inPayload := []string{"__typename", "userErrors { code }", "userErrors { message code: message }", "reservation @skip(if: true) { id }"}
	inReservation := []string{
		"id", "id", "status", "tenantId", "a: id", "b: status", "price { amount }", "price { currency amount }", "price { m: amount ...{ currency } }",
		"placedAt", "endedAt", "extensions @include(if: false)", "pollAfter @include(if: true)", "serverTime", "... on Reservation { id status }", "... { x: id }",
		"timeline { kind }", "payment { status }", "apartment { id }", "execution { status }",
	}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfN(rapid.SampledFrom(inReservation), 1, 6).Draw(t, "reservation")
		selections := append(rapid.SliceOfN(rapid.SampledFrom(inPayload), 0, 3).Draw(t, "payload"), "reservation { "+strings.Join(some, " ")+" }")
		document := strings.Join(rapid.Permutation(selections).Draw(t, "order"), " ")
		got := a.post(token, quoted(fmt.Sprintf(mutation, document)))
		want := a.post(token, quoted(byTheExecutor(mutation, "ReserveApartmentPayload", document)))
		if got.Code != want.Code || got.Code == 200 && got.Body.String() != want.Body.String() {
			t.Fatalf("written  %d %s\nexecutor %d %s", got.Code, got.Body, want.Code, want.Body)
		}
	})
}

// refusing is a limiter that lets nobody through for a second and a half.
type refusing struct{}

func (refusing) Take(context.Context, string) (time.Duration, error) {
	return 1500 * time.Millisecond, nil
}
