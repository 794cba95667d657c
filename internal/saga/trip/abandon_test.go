package trip_test

import (
	"encoding/json"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/workflow"
)

// sweepLater is when the sweeper looks: after its grace.
const sweepLater = time.Minute

// abandon runs an execution that dies after so many tasks: whatever it asks for from then on
// does not happen. With a failing step it dies on its way back.
func (w *world) abandon(start booking.WorkflowStart, tasks int, failing string) {
	w.t.Helper()
	dead := workflow.Error{Name: "Dead"}
	w.run(start, func(state string, _ int, next func() (json.RawMessage, error)) (json.RawMessage, error) {
		if tasks--; tasks < 0 {
			return nil, dead
		}
		if state == failing {
			return nil, dead
		}
		return next()
	})
}
