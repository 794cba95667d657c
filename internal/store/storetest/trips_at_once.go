package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// RunTripsAtOnce runs many trips at once by the real definition and steps, with tasks failing
// and repeated at random: each ends whole or empty, or lists what is left, and the gateway
// has kept what it should.
func RunTripsAtOnce(t *testing.T, open TripFactory, trips int) {
	w := newTripWorld(t, open(t), 0.4)
	ended := make([]trip.Status, trips)
	var running sync.WaitGroup
	for n := range trips {
		running.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 4711)) // #nosec G404 -- a test that can be repeated
			failing := trip.RunTypes()[n%len(trip.RunTypes())]
			got, err := w.travel(t.Context(), fmt.Sprintf("trip_%d", n), failing, random.Uint64, unreliableTrip(random, w.tasks))
			if err != nil {
				t.Errorf("trip %d: %v", n, err)
			}
			ended[n] = got.Status
		})
	}
	running.Wait()
	count := map[trip.Status]int{}
	for _, status := range ended {
		count[status]++
	}
	t.Logf("%v", count)
	if trips >= 100 && (count[trip.Booked] == 0 || count[trip.Failed] == 0 || count[trip.NeedsAttention] == 0) {
		t.Errorf("not every end occurred: %v", count)
	}
}

// unreliableTrip makes tasks fail for a while before and after their effects, and run twice,
// and compensations fail for good.
func unreliableTrip(random *rand.Rand, next trial.Task) trial.Task {
	return func(ctx context.Context, x *trial.Execution, c asl.Command) (json.RawMessage, error) {
		if strings.HasPrefix(c.State, "Notify") || c.State == "RecordOutcome" || c.State == "ReadTrip" {
			return next(ctx, x, c)
		}
		lost := workflow.Error{Name: "Lambda.ServiceException", Cause: "made to fail"}
		switch draw := random.Float64(); {
		case draw < 0.1:
			return nil, lost
		case draw < 0.2:
			_, _ = next(ctx, x, c)
			return nil, lost
		case draw < 0.3:
			_, _ = next(ctx, x, c)
		}
		return next(ctx, x, c)
	}
}
