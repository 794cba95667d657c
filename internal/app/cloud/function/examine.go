package function

import (
	"context"

	"github.com/vacancy/vacancy/internal/booking"
)

// Examine does what 'vacancy doctor' does, without mending anything: whether reservations,
// apartments, executions and the gateway agree. It counts what it found for CloudWatch: a
// metric Disagreements, which has an alarm, and of those there are one of each kind. An
// examination that the function's time is too short for counts as one that was not finished,
// with what it found by then; that is no error, and no reason to begin again at once.
func (f *Function) Examine(ctx context.Context) (booking.Findings, error) {
	found, err := f.App.ExamineOfLate(ctx)
	unfinished := 0
	if err != nil {
		unfinished = 1
		f.Log.WarnContext(ctx, "the examination did not come to its end", "reservations", found.Reservations, "apartments", found.Apartments, "error", err)
		if ctx.Err() != nil {
			err = nil
		}
	}
	kinds := map[booking.DisagreementKind]int{}
	for _, d := range found.Disagreements {
		kinds[d.Kind]++
	}
	for kind, n := range kinds {
		f.Metrics.Put([2]string{"Kind", string(kind)}, count("Disagreements", n))
	}
	if len(kinds) == 0 {
		f.Metrics.Put([2]string{}, count("Disagreements", 0))
	}
	f.Metrics.Put([2]string{}, count("PaymentsUnknown", found.Unknown), count("ExaminationsUnfinished", unfinished))
	return found, err
}
