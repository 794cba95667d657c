package e2e_test

import (
	"sync"
	"testing"
	"time"
)

func TestOfManyCallersAtOnceOneWins(t *testing.T) {
	tt := suite(t)
	const callers, rounds = 64, 5
	for range rounds {
		apartment := tt.newApartment(t, time.Minute)
		answers, errs := make([]answer, callers), make([]error, callers)
		start := make(chan struct{})
		var calling sync.WaitGroup
		for i := range callers {
			calling.Go(func() {
				who := []account{tt.alice, tt.bob}[i%2]
				<-start
				answers[i], errs[i] = who.reserve(testContext(t), apartment, newKey())
			})
		}
		close(start)
		calling.Wait()

		var winner *reservation
		for i, a := range answers {
			switch {
			case errs[i] != nil:
				t.Fatal(errs[i])
			case a.code() == "" && winner != nil:
				t.Fatalf("two winners: %s and %s", winner.ID, a.Reservation.ID)
			case a.code() == "":
				winner = a.Reservation
			}
		}
		if winner == nil {
			t.Fatalf("nobody won: %+v", answers)
		}
		for _, a := range answers {
			if a.code() == "" {
				continue
			}
			e := mustRefuse(t, "APARTMENT_NOT_VACANT", a, nil)
			if e.HeldUntil == nil || !e.HeldUntil.Equal(winner.HoldExpiresAt) {
				t.Errorf("heldUntil %v; the winner's hold ends at %s", e.HeldUntil, winner.HoldExpiresAt)
			}
		}
	}
}
