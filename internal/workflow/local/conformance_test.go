package local_test

import (
	"testing"
	"testing/synctest"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
	"github.com/vacancy/vacancy/internal/workflow/workflowtest"
)

func TestRunner(t *testing.T) {
	workflowtest.Run(t, func(t *testing.T, test func(*testing.T, workflowtest.Open)) {
		synctest.Test(t, func(t *testing.T) {
			test(t, func(t *testing.T, s workflowtest.Scenario) workflow.Runner {
				return open(t, local.Config{Journal: memory.New(), Definitions: definitions(s.Machines), Steps: s.Handlers})
			})
		})
	})
}
