package sqlite

import (
	"encoding/json"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/saga/trip"
)

const tripColumns = `id, tenant_id, request, status, charge, undone, not_undone, failure_error, failure_cause,
	started, repairs, repaired_at, execution_name, created_at, updated_at, ended_at, timeline`

func scanTrip(c *columns) (t trip.Trip, err error) {
	t.ID, t.TenantID = c.text(), c.text()
	request := c.text()
	t.Status = trip.Status(c.text())
	charge, undone, notUndone := c.text(), c.text(), c.text()
	t.Failure = trip.Failure{Error: c.text(), Cause: c.text()}
	t.Execution.Started, t.Execution.Repairs, t.Execution.RepairedAt = c.bool(), int(c.int()), c.time()
	t.ExecutionName = c.text()
	t.CreatedAt, t.UpdatedAt, t.EndedAt = c.time(), c.time(), c.time()
	for _, column := range []struct {
		name, text string
		into       any
	}{{"request", request, &t.Request}, {"charge", charge, &t.Charge}, {"undone", undone, &t.Undone},
		{"not_undone", notUndone, &t.NotUndone}, {"timeline", c.text(), &t.Timeline}} {
		if column.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(column.text), column.into); err != nil {
			return t, fmt.Errorf("%s of trip %s: %w", column.name, t.ID, err)
		}
	}
	return t, nil
}

// readTrip reads a trip with its items.
func readTrip(conn *sqlite.Conn, id string) (t trip.Trip, found bool, err error) {
	found, err = queryOne(conn, "SELECT "+tripColumns+" FROM trips WHERE id = ?", func(p *params) { p.text(id) },
		func(c *columns) (err error) {
			t, err = scanTrip(c)
			return err
		})
	if err == nil && found {
		err = readTripItems(conn, &t)
	}
	return t, found, err
}

// tripJSON is what of a trip stands in the file as JSON.
type tripJSON struct{ request, charge, undone, notUndone, timeline []byte }

func marshalTrip(t trip.Trip) (j tripJSON, err error) {
	for _, column := range []struct {
		into  *[]byte
		value any
	}{{&j.request, t.Request}, {&j.undone, t.Undone}, {&j.notUndone, t.NotUndone}, {&j.timeline, t.Timeline}} {
		if *column.into, err = json.Marshal(column.value); err != nil {
			return j, fmt.Errorf("marshal trip %s: %w", t.ID, err)
		}
	}
	if t.Charge != nil {
		j.charge, err = json.Marshal(t.Charge)
	}
	return j, err
}

func insertTrip(conn *sqlite.Conn, t trip.Trip) error {
	j, err := marshalTrip(t)
	if err != nil {
		return err
	}
	_, err = exec(conn, "INSERT INTO trips ("+tripColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", func(p *params) {
		p.text(t.ID).text(t.TenantID).json(j.request).text(string(t.Status)).optJSON(j.charge).json(j.undone).json(j.notUndone)
		p.text(t.Failure.Error).text(t.Failure.Cause).bool(t.Execution.Started).int(int64(t.Execution.Repairs)).optTime(t.Execution.RepairedAt)
		p.text(t.ExecutionName).time(t.CreatedAt).time(t.UpdatedAt).optTime(t.EndedAt).json(j.timeline)
	})
	if err != nil {
		return err
	}
	return writeTripItems(conn, trip.Trip{ID: t.ID}, t)
}

// updateTrip writes what an intention may change, and the items that it changed.
func updateTrip(conn *sqlite.Conn, was, is trip.Trip) error {
	j, err := marshalTrip(is)
	if err != nil {
		return err
	}
	_, err = exec(conn, `UPDATE trips SET status = ?, charge = ?, undone = ?, not_undone = ?, failure_error = ?, failure_cause = ?,
		started = ?, repairs = ?, repaired_at = ?, updated_at = ?, ended_at = ?, timeline = ? WHERE id = ?`, func(p *params) {
		p.text(string(is.Status)).optJSON(j.charge).json(j.undone).json(j.notUndone).text(is.Failure.Error).text(is.Failure.Cause)
		p.bool(is.Execution.Started).int(int64(is.Execution.Repairs)).optTime(is.Execution.RepairedAt).time(is.UpdatedAt).optTime(is.EndedAt).json(j.timeline)
		p.text(is.ID)
	})
	if err != nil {
		return err
	}
	return writeTripItems(conn, was, is)
}
