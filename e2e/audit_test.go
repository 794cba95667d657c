package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/sqliteledger"
)

// snapshot is everything that a manager sees of a server.
type snapshot struct {
	reservations []reservation
	apartments   map[string]apartment // those that a reservation is of
	executions   []execution
}

// readAll reads a server's reservations, their apartments and all executions.
func readAll(ctx context.Context, manager account) (snapshot, error) {
	s := snapshot{apartments: map[string]apartment{}}
	var after *string
	for {
		var data struct{ Reservations reservationPage }
		err := manager.ask(ctx, `query($after: String) { reservations(first: 50, after: $after) {
			edges { node {`+reservationFields+` execution {`+executionFields+`} } } pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}, &data)
		if err != nil {
			return s, fmt.Errorf("list reservations: %w", err)
		}
		for _, e := range data.Reservations.Edges {
			s.reservations = append(s.reservations, e.Node)
		}
		if after = data.Reservations.PageInfo.EndCursor; !data.Reservations.PageInfo.HasNextPage {
			break
		}
	}
	for _, r := range s.reservations {
		if _, known := s.apartments[r.Apartment.ID]; known {
			continue
		}
		a, err := manager.apartment(ctx, r.Apartment.ID)
		if err != nil || a == nil {
			return s, fmt.Errorf("apartment %s of reservation %s: %+v, %w", r.Apartment.ID, r.ID, a, err)
		}
		s.apartments[a.ID] = *a
	}
	after = nil
	for {
		var data struct {
			Executions struct {
				Nodes    []execution
				PageInfo pageInfo
			}
		}
		err := manager.ask(ctx, `query($after: String) { executions(machine: "reservation", first: 100, after: $after) { nodes {`+executionFields+`} pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}, &data)
		if err != nil {
			return s, fmt.Errorf("list executions: %w", err)
		}
		s.executions = append(s.executions, data.Executions.Nodes...)
		if after = data.Executions.PageInfo.EndCursor; !data.Executions.PageInfo.HasNextPage {
			return s, nil
		}
	}
}

// unsettled answers what is still going on although nothing holds it up: an execution
// that runs for a reservation that has ended, or money that is not returned yet. One
// whose capture the gateway will never tell of is held up for good; a hold that is about
// to end is waited for.
func (s snapshot) unsettled() string {
	running := map[string]bool{}
	for _, e := range s.executions {
		if e.Status == "RUNNING" {
			running[reservationOf(e.Name)] = true
		}
	}
	for _, r := range s.reservations {
		unknown := r.Payment != nil && r.Payment.Method == "pm_capture_unknown"
		switch {
		case unknown || r.Status == "HELD" && r.ServerTime.Before(r.HoldExpiresAt.Add(-5*time.Second)):
		case r.Status == "HELD" || r.Status == "CONFIRMING" || running[r.ID]:
			return fmt.Sprintf("reservation %s is %s, its execution %+v", r.ID, r.Status, r.Execution)
		case r.Status != "PAID" && r.Payment != nil && r.Payment.Status != "VOIDED" && r.Payment.Status != "REFUNDED" && r.Payment.Status != "DECLINED":
			return fmt.Sprintf("reservation %s is %s, its payment %s", r.ID, r.Status, r.Payment.Status)
		}
	}
	return ""
}

// reservationOf answers the reservation that an execution of this name speaks for: its own, one
// that repairs it, or the one that sees to late money (design, section 4), as the service names them.
func reservationOf(execution string) string {
	id, _, _ := strings.Cut(strings.TrimSuffix(execution, "-late"), "-repair-")
	return id
}

// settle waits until nothing is going on any more and answers what there then is.
func settle(ctx context.Context, manager account) (snapshot, error) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		s, err := readAll(ctx, manager)
		if err != nil {
			return s, err
		}
		open := s.unsettled()
		if open == "" {
			return s, nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return s, fmt.Errorf("it does not settle: %s", open)
		}
	}
}

// violations holds a settled snapshot to the invariants of the design, section 3, as
// far as the store alone can break them. up answers how long the server was up between
// two times; most is how long after its deadline a hold may end.
func (s snapshot) violations(up func(from, to time.Time) time.Duration, most time.Duration) (errs []error) {
	broken := func(invariant int, format string, args ...any) {
		errs = append(errs, fmt.Errorf("invariant %d: "+format, append([]any{invariant}, args...)...))
	}
	executions := map[string]int{}
	known := map[string]bool{}
	for _, e := range s.executions {
		executions[e.Name]++
	}
	live := map[string][]string{} // apartment → reservations
	for _, r := range s.reservations {
		known[r.ID] = true
		if r.Status == "HELD" || r.Status == "CONFIRMING" {
			live[r.Apartment.ID] = append(live[r.Apartment.ID], r.ID)
		}
		if r.Status == "EXPIRED" && r.EndedAt != nil {
			if late := up(r.HoldExpiresAt, *r.EndedAt); late > most {
				broken(3, "the hold %s ended %s after its deadline %s", r.ID, late, r.HoldExpiresAt)
			}
			if r.EndedAt.Before(r.HoldExpiresAt) {
				broken(3, "the hold %s expired at %s, before its deadline %s", r.ID, r.EndedAt, r.HoldExpiresAt)
			}
		}
		if n := executions[r.ID]; n != 1 {
			broken(5, "the reservation %s has %d executions", r.ID, n)
		}
		if r.Execution != nil && r.Execution.Status != "SUCCEEDED" && r.Execution.Status != "RUNNING" {
			broken(5, "the execution of %s is %+v", r.ID, *r.Execution)
		}
		errs = append(errs, r.contradictions()...)
	}
	for name := range executions {
		if id := reservationOf(name); !known[id] {
			broken(5, "the execution %s is of no reservation", name)
		}
	}
	for id, a := range s.apartments {
		holders := live[id]
		if len(holders) > 1 {
			broken(1, "the apartment %s is held by %v", id, holders)
		}
		if reserved := a.Status == "RESERVED"; reserved != (len(holders) == 1) {
			broken(1, "the apartment %s is %s, and held by %v", id, a.Status, holders)
		}
	}
	return errs
}

// contradictions are what a reservation says against itself.
func (r reservation) contradictions() (errs []error) {
	count := map[string]int{}
	for i, e := range r.Timeline {
		count[e.Kind]++
		if i > 0 && e.At.Before(r.Timeline[i-1].At) && e.By == "system" && r.Timeline[i-1].By == "system" {
			errs = append(errs, fmt.Errorf("the timeline of %s goes back in time at %d: %+v", r.ID, i, r.Timeline))
		}
	}
	once := []string{"HOLD_PLACED", "CAPTURE_CLAIMED", "PAYMENT_CAPTURED", "RESERVATION_PAID", "HOLD_EXPIRED", "RESERVATION_CANCELLED", "RESERVATION_FAILED"}
	for _, kind := range once {
		if count[kind] > 1 {
			errs = append(errs, fmt.Errorf("%s happened %d times to %s", kind, count[kind], r.ID))
		}
	}
	if ends := count["RESERVATION_PAID"] + count["HOLD_EXPIRED"] + count["RESERVATION_CANCELLED"] + count["RESERVATION_FAILED"]; ends > 1 {
		errs = append(errs, fmt.Errorf("%s ended %d times: %v", r.ID, ends, r.kinds()))
	}
	if n := count["HOLD_EXTENDED"]; n != r.Extensions || n > 2 {
		errs = append(errs, fmt.Errorf("%s says %d extensions, its timeline %d", r.ID, r.Extensions, n))
	}
	return errs
}

// ledgerFile answers what the payment gateway's own ledger of the embedded backend adds up to,
// payment by payment. The server must have ended.
func ledgerFile(ctx context.Context, dir string) ([]simulated.Totals, error) {
	ledger, err := sqliteledger.Open(ctx, filepath.Join(dir, sqliteledger.FileName), nil)
	if err != nil {
		return nil, err
	}
	defer ledger.Close()
	var entries []simulated.Entry
	for last := int64(0); ; {
		page, err := ledger.EntriesAfter(ctx, last, 1000)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return simulated.Sum(entries), nil
		}
		entries = append(entries, page...)
		last = page[len(page)-1].Seq
	}
}

// ledgerRoute answers the same of these reservations and sagas, asking the server.
func ledgerRoute(ctx context.Context, manager account, ids []string) ([]simulated.Totals, error) {
	answers := make([][]simulated.Totals, len(ids))
	var asking errgroup.Group
	asking.SetLimit(8)
	for i, id := range ids {
		asking.Go(func() error {
			return manager.get(ctx, "/ledger/"+url.PathEscape(id), &answers[i])
		})
	}
	err := asking.Wait()
	return slices.Concat(answers...), err
}

// auditLedger holds what the payment gateway's own ledger adds up to against the reservations
// (invariant 2), and against what the ended sagas should have kept, by id.
func auditLedger(ledger []simulated.Totals, reservations []reservation, sagas map[string]int64) error {
	kept, captures := map[string]int64{}, map[string]int{}
	var errs []error
	for _, sum := range ledger {
		kept[sum.ReservationID] += sum.Kept()
		captures[sum.ReservationID] += sum.Captures
		if sum.Captures > 1 || sum.Refunds > 1 {
			errs = append(errs, fmt.Errorf("invariant 2: payment %s was captured %d times and refunded %d times", sum.PaymentID, sum.Captures, sum.Refunds))
		}
	}
	for _, r := range reservations {
		has := kept[r.ID]
		delete(kept, r.ID)
		if r.Payment != nil && r.Payment.Method == "pm_capture_unknown" {
			continue // its outcome is still unknown
		}
		want := int64(0)
		if r.Status == "PAID" {
			want = r.Price.Amount
		}
		if has != want {
			errs = append(errs, fmt.Errorf("invariant 2: of %s, %s, captured − refunded is %d, want %d", r.ID, r.Status, has, want))
		}
		if r.Status == "PAID" && captures[r.ID] != 1 {
			errs = append(errs, fmt.Errorf("invariant 2: %s is PAID after %d captures", r.ID, captures[r.ID]))
		}
	}
	for id, want := range sagas {
		if kept[id] != want {
			errs = append(errs, fmt.Errorf("invariant 2: of the saga %s captured − refunded is %d, want %d", id, kept[id], want))
		}
		delete(kept, id)
	}
	for id, amount := range kept {
		if amount != 0 {
			errs = append(errs, fmt.Errorf("invariant 2: %d was captured for %s, which is no reservation", amount, id))
		}
	}
	return errors.Join(errs...)
}

// auditServer settles a server that was never killed and audits it. One of ours is stopped.
func auditServer(ctx context.Context, tt *target, p *process) error {
	s, err := settle(ctx, tt.morgan)
	if err != nil {
		return err
	}
	errs := s.violations(func(from, to time.Time) time.Duration { return to.Sub(from) }, tt.late)
	sagas, err := moneyOfOrders(ctx, tt.morgan)
	if err != nil {
		return err
	}
	trips, err := moneyOfTrips(ctx, tt.morgan)
	if err != nil {
		return err
	}
	maps.Copy(sagas, trips)
	ledger, err := ledgerAfter(ctx, tt.morgan, p, s, sagas)
	if err != nil {
		return err
	}
	return errors.Join(append(errs, auditLedger(ledger, s.reservations, sagas))...)
}

// ledgerAfter answers the ledger of a settled server, and stops one of ours: that of the
// embedded backend is a file which it has to itself.
func ledgerAfter(ctx context.Context, manager account, p *process, s snapshot, sagas map[string]int64) (ledger []simulated.Totals, err error) {
	embedded := p != nil && awsBackend == nil
	if !embedded {
		ids := slices.Collect(maps.Keys(sagas))
		for _, r := range s.reservations {
			ids = append(ids, r.ID)
		}
		if ledger, err = ledgerRoute(ctx, manager, ids); err != nil {
			return nil, err
		}
	}
	if p != nil {
		if code, err := p.stop(30 * time.Second); err != nil || code != 0 {
			return nil, fmt.Errorf("the server exited with code %d, %w\n%s", code, err, p.log)
		}
	}
	if embedded {
		return ledgerFile(ctx, p.Dir)
	}
	return ledger, nil
}
