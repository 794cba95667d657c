package sqlite

import (
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

// TestNoQueryScansATable asks SQLite how it answers each list, sweep and due query:
// by a search in the index that is meant for it, in its order, with nothing sorted.
func TestNoQueryScansATable(t *testing.T) {
	s, err := OpenMemory(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	apartments := func(q booking.ApartmentQuery) string { return apartmentRange(q).sql }
	for _, c := range []struct{ name, sql, index string }{
		{"apartments, newest", apartments(booking.ApartmentQuery{Order: booking.ByNewest}), "apartments_newest"},
		{"apartments of a state, newest", apartments(booking.ApartmentQuery{Order: booking.ByNewest, State: "WA"}), "apartments_newest_state"},
		{"apartments of a city, newest", apartments(booking.ApartmentQuery{Order: booking.ByNewest, State: "WA", City: "Seattle"}), "apartments_newest_city"},
		{"apartments, by price", apartments(booking.ApartmentQuery{Order: booking.ByPrice}), "apartments_price"},
		{"apartments of a state, by price", apartments(booking.ApartmentQuery{Order: booking.ByPrice, State: "WA"}), "apartments_price_state"},
		{"apartments of a city, by price", apartments(booking.ApartmentQuery{Order: booking.ByPrice, State: "WA", City: "Seattle"}), "apartments_price_city"},
		{"all reservations", reservationsOfAll, "INTEGER PRIMARY KEY"},
		{"a tenant's reservations", reservationsOfTenant, "reservations_tenant"},
		{"what a tenant uses of the limits", tenantUsage, "reservations_tenant"},
		{"an apartment's latest reservation", latestOfApartment, "sqlite_autoindex_apartments_1"},
		{"the reservation before", previousOf, "INTEGER PRIMARY KEY"},
		{"a reservation by number", reservationNumbered, "INTEGER PRIMARY KEY"},
		{"due holds", dueHolds, "reservations_due"},
		{"next deadline", nextDeadline, "reservations_due"},
		{"to start", toStart, "reservations_to_start"},
		{"open imports", openImports, "imports_open"},
		{"imports that need attention", importsNeedingAttention, "imports_attention"},
		{"orders to look at", dueOrders, "orders_due"},
		{"orders that need attention", ordersNeedingAttention, "orders_attention"},
		{"trips to start", tripsToStart, "trips_to_start"},
		{"unfinished trips", unfinishedTrips, "trips_unfinished"},
		{"trips that need attention", tripsNeedingAttention, "trips_attention"},
		{"apartments by id", apartmentsByID, "sqlite_autoindex_apartments_1"},
		{"unsettled", unsettled, "reservations_unsettled"},
		{"old idempotency records", oldKeys, "PRIMARY KEY"},
		{"old keys of holds", oldHoldKeys, "reservations_remembered"},
		{"keys of holds, when the file is opened", rememberedKeys, "COVERING INDEX reservations_remembered"},
		{"an idempotency record", keyRecord, "PRIMARY KEY"},
		{"the key of a hold", holdKeyRecord, "INTEGER PRIMARY KEY"},
		{"a key of a hold that is forgotten", forgetHoldKey, "INTEGER PRIMARY KEY"},
		{"an execution", executionByName, "sqlite_autoindex_executions_1"},
		{"due executions", dueExecutions, "executions_due"},
		{"started executions", startedExecutions, "executions_due"},
		{"next due execution", nextExecution, "executions_due"},
		{"count of a lane", countExecutions, "executions_due"},
		{"executions", executionsBefore, "executions_started"},
		{"history", historyAfter, "history_execution"},
		{"undelivered notifications", undelivered, "notifications_undelivered"},
		{"latest notifications", latestNotifications, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := explain(t, s, c.sql)
			if !strings.Contains(plan, c.index) || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("the plan is\n%swant %s and no sorting", plan, c.index)
			}
			for line := range strings.Lines(plan) {
				// A sparse index may be read from its beginning: all of it is wanted. So
				// may the latest of a table, from its end.
				sparse := strings.Contains(line, "reservations_to_start") || strings.Contains(line, "imports_open") || strings.Contains(line, "_attention") || strings.Contains(line, "trips_to_start") || strings.Contains(line, "json_each") || strings.Contains(line, "reservations_unsettled") || strings.Contains(line, "notifications_undelivered")
				if strings.HasPrefix(line, "SCAN") && !sparse && c.sql != latestNotifications && c.sql != rememberedKeys {
					t.Errorf("the plan is\n%s", plan)
				}
			}
		})
	}
}

func explain(t *testing.T, s *Store, sql string) (plan string) {
	t.Helper()
	err := s.db.Read(t.Context(), func(conn *sqlite.Conn) error {
		return query(conn, "EXPLAIN QUERY PLAN "+sql, nil, func(c *columns) (bool, error) {
			c.n = 3 // id, parent, unused, detail
			plan += c.text() + "\n"
			return true, nil
		})
	})
	if err != nil {
		t.Fatalf("EXPLAIN %s = %v", sql, err)
	}
	return plan
}

// TestAHoldTouchesFewIndexes: what each hold writes must not grow unnoticed.
func TestAHoldTouchesFewIndexes(t *testing.T) {
	s, err := OpenMemory(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	indexes := map[string]int{}
	if err := s.db.Read(t.Context(), func(conn *sqlite.Conn) error {
		return query(conn, "SELECT tbl_name, count(*) FROM sqlite_schema WHERE type = 'index' GROUP BY tbl_name", nil, func(c *columns) (bool, error) {
			indexes[c.text()] = int(c.int())
			return true, nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]int{"reservations": 6, "idempotency": 0, "executions": 3, "history": 1} {
		if indexes[table] != want {
			t.Errorf("%s has %d indexes, want %d", table, indexes[table], want)
		}
	}
}
