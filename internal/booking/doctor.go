package booking

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Supervised is a Workflow whose executions can be listed and stopped.
type Supervised interface {
	Workflow
	// RunningExecutions answers a page of the names of running executions.
	RunningExecutions(ctx context.Context, after string) (names []string, next string, err error)
	// Stop aborts a running execution.
	Stop(ctx context.Context, name, cause string) error
}

// Examination says what to look at and what to do about it.
type Examination struct {
	// Repair mends what can be mended.
	Repair bool
	// GatewaySince is from when on a reservation must have been placed for the gateway to be
	// asked about it, if its payment seems settled. The zero time: about all of them.
	GatewaySince time.Time
}

// Findings is what an examination has found.
type Findings struct {
	At            time.Time      `json:"at"`
	Reservations  int            `json:"reservations"` // looked at
	Apartments    int            `json:"apartments"`
	Executions    int            `json:"executions"`
	Asked         int            `json:"askedTheGateway"`
	Disagreements []Disagreement `json:"disagreements"`
	// Unknown counts payments about which the gateway did not answer.
	Unknown int `json:"unknown"`
}

// Healthy reports whether nothing is left that disagrees or is not known.
func (f Findings) Healthy() bool {
	for _, d := range f.Disagreements {
		if !d.Repaired {
			return false
		}
	}
	return f.Unknown == 0
}

// Examine compares reservations, apartments, executions and the gateway with each other,
// and with Repair mends what can be mended by the same intentions as everything else. What
// is in motion is looked at twice. It reads everything that is live or paid, so it takes
// its time and disturbs nobody.
func (s *Service) Examine(ctx context.Context, x Examination) (Findings, error) {
	e := &examining{Service: s, Examination: x, findings: Findings{At: s.now(), Disagreements: []Disagreement{}}, seen: map[string]bool{}}
	for _, look := range []func(context.Context) error{e.reservations, e.unsettled, e.apartments, e.executions} {
		if err := look(ctx); err != nil {
			return e.findings, err
		}
	}
	return e.findings, nil
}

// examining is one examination under way.
type examining struct {
	*Service
	Examination
	findings Findings
	seen     map[string]bool // reservations looked at
}

// reservations looks at those that are live or paid, and at those that ended of late.
func (e *examining) reservations(ctx context.Context) error {
	for _, status := range []ReservationStatus{Held, Confirming, ReservationPaid, Expired, Cancelled, ReservationFailed, ReservationRefunded} {
		ended := !status.Live() && status != ReservationPaid
		for after := ""; ; {
			page, err := e.store.ListReservations(ctx, ReservationQuery{Status: status, First: MaxPageSize, After: after})
			if err != nil {
				return fmt.Errorf("list reservations that are %s: %w", status, err)
			}
			old := false
			for _, r := range page.Items {
				if old = ended && r.PlacedAt.Before(e.GatewaySince); old {
					break
				}
				if err := e.look(ctx, r.ID); err != nil {
					return err
				}
			}
			if old || !page.HasNext {
				break
			}
			after = page.End
		}
	}
	return nil
}

// unsettled looks at what the sweeper has still to settle, however old.
func (e *examining) unsettled(ctx context.Context) error {
	const most = 10_000
	all, err := e.store.Unsettled(ctx, most)
	if err != nil {
		return fmt.Errorf("list unsettled payments: %w", err)
	}
	for _, r := range all {
		if err := e.look(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// apartments looks at the reservations that apartments say they are with.
func (e *examining) apartments(ctx context.Context) error {
	for after := ""; ; {
		page, err := e.store.ListApartments(ctx, ApartmentQuery{Order: ByNewest, First: MaxPageSize, After: after})
		if err != nil {
			return fmt.Errorf("list apartments: %w", err)
		}
		for _, a := range page.Items {
			e.findings.Apartments++
			if a.ReservationID == "" {
				continue
			}
			err := e.look(ctx, a.ReservationID)
			if CodeOf(err) == NotFound {
				e.found(Disagreement{Kind: ApartmentOfNobody, ReservationID: a.ReservationID, ApartmentID: a.ID, ByHand: true,
					Found:  fmt.Sprintf("the apartment is %s with a reservation that does not exist", a.Status),
					Remedy: "restore the reservation from a backup, or relist the apartment under another id"})
			} else if err != nil {
				return err
			}
		}
		if !page.HasNext {
			return nil
		}
		after = page.End
	}
}

// look looks at one reservation, once.
func (e *examining) look(ctx context.Context, id string) error {
	if e.seen[id] {
		return nil
	}
	f, err := e.facts(ctx, id)
	if err != nil {
		return err
	}
	e.seen[id] = true
	e.findings.Reservations++
	if len(f.disagreements()) == 0 {
		return nil
	}
	if f, err = e.facts(ctx, id); err != nil { // it may have been in motion
		return err
	}
	for _, d := range f.disagreements() {
		if e.Repair && !d.ByHand {
			e.mend(ctx, &d, f)
		}
		e.found(d)
	}
	return nil
}

func (e *examining) found(d Disagreement) {
	e.findings.Disagreements = append(e.findings.Disagreements, d)
}

// mend repairs one disagreement and looks whether it is gone.
func (e *examining) mend(ctx context.Context, d *Disagreement, f facts) {
	err := e.repairDisagreement(ctx, d.Kind, f)
	if err != nil {
		d.Error = err.Error()
		return
	}
	again, err := e.facts(ctx, f.r.ID)
	if err != nil {
		d.Error = err.Error()
		return
	}
	for _, left := range again.disagreements() {
		if left.Kind == d.Kind {
			d.Error = "it is there still: " + left.Found
			return
		}
	}
	d.Repaired = true
	e.log.WarnContext(ctx, "a disagreement was mended", "kind", d.Kind, "reservation", d.ReservationID, "found", d.Found)
}

// facts gathers what is known of a reservation.
func (e *examining) facts(ctx context.Context, id string) (f facts, err error) {
	f.now = e.now()
	if f.r, err = e.store.Reservation(ctx, id); err != nil {
		return f, err
	}
	if f.apartment, err = e.store.Apartment(ctx, f.r.ApartmentID); err != nil {
		return f, fmt.Errorf("apartment %s of reservation %s: %s", f.r.ApartmentID, id, err.Error())
	}
	if f.r.TripID != "" {
		f.running = true // the trip's execution speaks for it, and its sweeper looks after that
		return f, nil
	}
	if f.r.Status.Live() {
		if f.running, err = e.driven(ctx, f.r); err != nil {
			return f, fmt.Errorf("ask for the execution of %s: %w", id, err)
		}
	}
	if f.r.Payment == nil || f.r.Payment.settled() && f.r.PlacedAt.Before(e.GatewaySince) || f.r.Status == ReservationPaid && f.r.PlacedAt.Before(e.GatewaySince) {
		return f, nil
	}
	e.findings.Asked++
	held, err := e.atGateway(ctx, f.r)
	switch {
	case errors.Is(err, ErrNotAtGateway), errors.Is(err, ErrGatewayRefused):
		f.missing = true
	case err != nil:
		e.findings.Unknown++
		e.log.WarnContext(ctx, "the gateway did not say what it holds", "reservation", id, "error", err)
	default:
		f.held = &held
	}
	return f, nil
}

// executions looks for executions that run although their reservation has long ended.
func (e *examining) executions(ctx context.Context) error {
	workflow, ok := e.workflow.(Supervised)
	if !ok {
		return nil
	}
	for after := ""; ; {
		names, next, err := workflow.RunningExecutions(ctx, after)
		if err != nil {
			return fmt.Errorf("list running executions: %w", err)
		}
		for _, name := range names {
			e.findings.Executions++
			if err := e.execution(ctx, workflow, name); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

func (e *examining) execution(ctx context.Context, workflow Supervised, name string) error {
	r, err := e.store.Reservation(ctx, reservationOf(name))
	d := Disagreement{Kind: ExecutionWithoutHold, Execution: name, ReservationID: r.ID, ApartmentID: r.ApartmentID, Remedy: "stops the execution"}
	switch {
	case CodeOf(err) == NotFound:
		d.Found = "an execution runs for a reservation that does not exist"
	case err != nil:
		return err
	case !r.Status.Live() && (r.Status == ReservationPaid || r.Payment.settled()) && e.now().Sub(r.EndedAt) > graceOfEnd:
		d.Found = fmt.Sprintf("an execution runs although the reservation has been %s since %s", r.Status, r.EndedAt.Format(time.RFC3339))
	default:
		return nil
	}
	if e.Repair {
		if err := workflow.Stop(ctx, name, "nothing is left for it to do; stopped by vacancy doctor"); err != nil {
			d.Error = err.Error()
		} else {
			d.Repaired = true
		}
	}
	e.found(d)
	return nil
}

// reservationOf answers the reservation that an execution is named by.
func reservationOf(execution string) string {
	id := strings.TrimSuffix(execution, "-late")
	if i := strings.LastIndex(id, "-repair-"); i > 0 {
		id = id[:i]
	}
	return id
}
