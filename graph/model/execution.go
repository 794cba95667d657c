package model

import "github.com/vacancy/vacancy/internal/workflow"

// Execution is an execution as the API shows it.
type Execution struct{ workflow.Execution }

// Error is nil unless the execution ended with one.
func (e Execution) Error() *string { return known(e.Execution.Error) }

// Cause is nil unless the execution ended with one.
func (e Execution) Cause() *string { return known(e.Execution.Cause) }

// HistoryEvent is an event of an execution's history as the API shows it.
type HistoryEvent struct{ workflow.HistoryEvent }
