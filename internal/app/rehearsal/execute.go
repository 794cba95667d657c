package rehearsal

import (
	"context"

	"github.com/vacancy/vacancy/internal/saga"
	"github.com/vacancy/vacancy/internal/workflow/trial"
)

// execute runs the execution that a service has begun, as c says: its definition, input and
// name are filled in. mock, if any, answers tasks in place of our steps; run makes of the
// tasks what the trial runs.
func (s *stage) execute(ctx context.Context, definition []byte, mock, run func(trial.Task) trial.Task, c trial.Config) (trial.Result, error) {
	var err error
	if c.Definition, err = trial.Parse(definition); err != nil {
		return trial.Result{}, err
	}
	tasks := s.tasks
	if mock != nil {
		tasks = mock(tasks)
	}
	c.ID.Name, c.Input, c.Run = s.began.Name, s.began.Input, run(tasks)
	return trial.Run(ctx, c)
}

// failing makes compensations fail at a rate from 0 to 1, by the script's randomness.
func failing(rate float64, random func() uint64) (*saga.Injection, error) {
	return saga.NewInjection(saga.Development, rate, func() float64 { return float64(random()>>11) / (1 << 53) })
}
