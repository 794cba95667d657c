package journaltest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
)

// pages follows List to its end and answers the names in order.
func pages(t *testing.T, j local.Journal, f workflow.ListFilter, between func()) []string {
	t.Helper()
	got := []string{}
	for range 1000 {
		page, err := j.List(t.Context(), f)
		if err != nil {
			t.Fatalf("List(%+v) = %v", f, err)
		}
		if f.Limit > 0 && len(page.Executions) > f.Limit {
			t.Fatalf("List(%+v) answered %d executions", f, len(page.Executions))
		}
		for _, e := range page.Executions {
			got = append(got, e.Name)
		}
		if page.Next == "" {
			return got
		}
		f.After = page.Next
		between()
	}
	t.Fatal("List does not come to an end")
	return nil
}

func nothing() {}

var listTests = []test{
	{"List/Empty", func(t *testing.T, j local.Journal) {
		same(t, "the list", pages(t, j, workflow.ListFilter{}, nothing), []string{})
	}},
	{"List/NewestFirst", func(t *testing.T, j local.Journal) {
		for i, name := range []string{"third", "first", "second", "second-b"} { // created out of order, two at one instant
			r := newRecord(name)
			r.StartedAt = at([]time.Duration{2, 0, 1, 1}[i] * time.Second)
			mustCreate(t, j, r)
		}
		want := []string{"third", "second-b", "second", "first"}
		for _, limit := range []int{0, 1, 2, 3, 4, 1000} {
			same(t, fmt.Sprintf("in pages of %d", limit), pages(t, j, workflow.ListFilter{Limit: limit}, nothing), want)
		}
	}},
	{"List/SaysHowEachIs", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		e := entry("a", 0)
		e.Status, e.Error, e.Cause, e.At = workflow.Failed, "PaymentDeclined", "no funds", at(time.Minute)
		mustAppend(t, j, e)
		page, err := j.List(t.Context(), workflow.ListFilter{})
		if err != nil || len(page.Executions) != 1 {
			t.Fatalf("List = %+v, %v", page, err)
		}
		got := page.Executions[0]
		got.Input, got.Output, got.ARN = nil, nil, ""
		same(t, "the execution", got, workflow.Execution{
			ExecutionID: id("a"), Status: workflow.Failed, Error: "PaymentDeclined", Cause: "no funds",
			StartedAt: epoch, StoppedAt: at(time.Minute),
		})
	}},
	{"List/Filters", func(t *testing.T, j local.Journal) {
		for i := range 12 {
			r := newRecord(fmt.Sprint(i))
			r.StartedAt = at(time.Duration(i) * time.Second)
			if i%3 == 0 {
				r.Machine = "trip"
			}
			mustCreate(t, j, r)
			if i%2 == 0 {
				e := entry(r.Name, 0)
				e.Machine, e.Status, e.Output = r.Machine, workflow.Succeeded, []byte(`1`)
				mustAppend(t, j, e)
			}
		}
		for _, limit := range []int{0, 1, 2} {
			for _, c := range []struct {
				f    workflow.ListFilter
				want []string
			}{
				{workflow.ListFilter{Machine: "trip"}, []string{"9", "6", "3", "0"}},
				{workflow.ListFilter{Status: workflow.Running}, []string{"11", "9", "7", "5", "3", "1"}},
				{workflow.ListFilter{Machine: "reservation", Status: workflow.Succeeded}, []string{"10", "8", "4", "2"}},
				{workflow.ListFilter{Status: workflow.Aborted}, []string{}},
				{workflow.ListFilter{Machine: "order"}, []string{}},
			} {
				c.f.Limit = limit
				same(t, fmt.Sprintf("List(%+v)", c.f), pages(t, j, c.f, nothing), c.want)
			}
		}
	}},
	{"List/PagesAreStable", func(t *testing.T, j local.Journal) {
		var want []string
		for i := range 10 {
			r := newRecord(fmt.Sprint(i))
			mustCreate(t, j, r) // all at one instant
			want = append([]string{r.Name}, want...)
		}
		newer := 0
		got := pages(t, j, workflow.ListFilter{Limit: 3}, func() {
			newer++
			r := newRecord(fmt.Sprintf("new %d", newer))
			r.StartedAt = at(time.Duration(newer) * time.Second)
			mustCreate(t, j, r)
		})
		same(t, "the pages together", got, want)
	}},
	{"List/LimitDefaultsAndCaps", func(t *testing.T, j local.Journal) {
		for i := range 1001 {
			mustCreate(t, j, newRecord(fmt.Sprint(i)))
		}
		for limit, want := range map[int]int{0: 100, 1000: 1000, 5000: 1000} {
			page, err := j.List(t.Context(), workflow.ListFilter{Limit: limit})
			if err != nil || len(page.Executions) != want || page.Next == "" {
				t.Errorf("List(limit %d) = %d executions, next %q, %v; want %d and more to come", limit, len(page.Executions), page.Next, err, want)
			}
		}
	}},
	{"List/ForeignCursor", func(t *testing.T, j local.Journal) {
		mustCreate(t, j, newRecord("a"))
		if _, err := j.List(t.Context(), workflow.ListFilter{After: "no cursor of ours"}); !errors.Is(err, workflow.ErrInvalidCursor) {
			t.Errorf("List = %v, want ErrInvalidCursor", err)
		}
	}},
}
