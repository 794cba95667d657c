package batch

import (
	"time"

	"github.com/vacancy/vacancy/internal/booking"
)

// Change is a change of an import's own item. Decide is pure; it answers what the import
// becomes and whether that is anything new. A change whose effect is there already, or that
// the import is past, answers the import as it is: the caller looks at its status.
type Change interface {
	Decide(Import) (next Import, changed bool, err error)
}

// Receive notes that the file is stored whole: the import may be started.
type Receive struct {
	Parts int
	Bytes int64
}

// Decide implements Change.
func (c Receive) Decide(i Import) (Import, bool, error) {
	if i.Status != Receiving {
		return i, false, nil
	}
	i.Status, i.Parts, i.Bytes = Received, c.Parts, c.Bytes
	return i, true, nil
}

// MarkStarted notes that the execution is started.
type MarkStarted struct{}

// Decide implements Change.
func (MarkStarted) Decide(i Import) (Import, bool, error) {
	changed := !i.Execution.Started
	i.Execution.Started = true
	return i, changed, nil
}

// BeginProcess begins Process.
type BeginProcess struct{}

// Decide implements Change.
func (BeginProcess) Decide(i Import) (Import, bool, error) { return i.advance(Received, Processing) }

// Stage ends Process: all records are staged.
type Stage struct {
	Rows, Chunks   int
	MissingColumns []string
}

// Decide implements Change.
func (c Stage) Decide(i Import) (Import, bool, error) {
	next, changed, err := i.advance(Processing, Transforming)
	if changed {
		next.Rows, next.Chunks, next.MissingColumns = c.Rows, c.Chunks, c.MissingColumns
	}
	return next, changed, err
}

// BeginCommit begins Commit. A dry run has none.
type BeginCommit struct{}

// Decide implements Change.
func (BeginCommit) Decide(i Import) (Import, bool, error) {
	if i.DryRun {
		return i, false, nil
	}
	return i.advance(Transforming, Committing)
}

// Publish shows all apartments of the import to everybody. It is the one write that
// everything else prepares.
type Publish struct{ Now time.Time }

// Decide implements Change.
func (c Publish) Decide(i Import) (Import, bool, error) {
	next, changed, err := i.advance(Committing, Published)
	if changed {
		next.EndedAt = c.Now
	}
	return next, changed, err
}

func (i Import) advance(from, to Status) (Import, bool, error) {
	if i.Status != from {
		return i, false, nil
	}
	i.Status = to
	return i, true, nil
}

// BeginRollback ends the way forward: from here on no step of it has an effect. What is
// published stays so, and what is undone.
type BeginRollback struct {
	Failure *Failure // nil for a dry run that came to its end
}

// Decide implements Change.
func (c BeginRollback) Decide(i Import) (Import, bool, error) {
	if !i.Status.forward() && i.Status != Receiving {
		return i, false, nil
	}
	i.Status, i.Failure = RollingBack, c.Failure
	return i, true, nil
}

// Conclude ends the import by what is left of it.
type Conclude struct {
	Left Left
	Now  time.Time
}

// Decide implements Change.
func (c Conclude) Decide(i Import) (Import, bool, error) {
	switch {
	case !i.Open:
		return i, false, nil
	case i.Status == Published:
	case i.Status != RollingBack:
		return i, false, nil
	case c.Left != Left{}:
		i.Status, i.Left = NeedsAttention, c.Left
	case i.Failure == nil:
		i.Status, i.Left, i.EndedAt = Checked, Left{}, c.Now
	default:
		i.Status, i.Left, i.EndedAt = Failed, Left{}, c.Now
	}
	i.Open = false
	return i, true, nil
}

// Resume takes up the rollback of an import that NEEDS_ATTENTION. One that is rolled back, or
// being so, stays as it is; with any other it is refused with NOTHING_TO_RESUME.
type Resume struct{ Now time.Time }

// Decide implements Change.
func (c Resume) Decide(i Import) (Import, bool, error) {
	switch i.Status {
	case NeedsAttention:
	case RollingBack, Failed, Checked:
		return i, false, nil
	default:
		return i, false, booking.Refuse(booking.NothingToResume, "the import is %s; only one that is %s can be resumed", i.Status, NeedsAttention)
	}
	i.Status, i.Open, i.Execution = RollingBack, true, i.Execution.Repaired(c.Now)
	return i, true, nil
}

// CountRepair counts a repair execution before it is started.
type CountRepair struct {
	Number int
	Now    time.Time
}

// Decide implements Change.
func (c CountRepair) Decide(i Import) (Import, bool, error) {
	if !i.Open || c.Number != i.Execution.Repairs+1 {
		return i, false, nil
	}
	i.Execution = i.Execution.Repaired(c.Now)
	return i, true, nil
}
