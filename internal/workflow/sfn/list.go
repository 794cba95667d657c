package sfn

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow"
)

const usualPage = 100

// List implements workflow.Runner. Step Functions lists the executions of one state
// machine; those of all are merged by when they started.
func (r *Runner) List(ctx context.Context, filter workflow.ListFilter) (workflow.Page, error) {
	limit := filter.Limit
	if limit <= 0 {
		limit = usualPage
	}
	limit = min(limit, maxPage)
	names := r.names
	if filter.Machine != "" {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name != filter.Machine })
	}
	at, err := openCursor(filter.After, names)
	if err != nil {
		return workflow.Page{}, err
	}
	var lists []*list
	for _, name := range names {
		if at != nil && at[name] == nil {
			continue // read to its end
		}
		l := &list{runner: r, machine: name, status: filter.Status, limit: limit, place: at[name]}
		if l.place == nil {
			l.place = &place{}
		}
		lists = append(lists, l)
	}
	return merge(ctx, lists, limit)
}

// place is how far the list of one machine has been read: the page that Step Functions
// answers to Token, behind the execution After, which started At. What is started
// meanwhile comes before it.
type place struct {
	Token string    `json:"t,omitempty"`
	After string    `json:"a,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// cursor is the place in the list of each machine that is not read to its end.
type cursor map[string]*place

func (c cursor) seal() string {
	if len(c) == 0 {
		return ""
	}
	text, _ := json.Marshal(c) // strings always marshal
	return base64.RawURLEncoding.EncodeToString(text)
}

func openCursor(sealed string, names []string) (cursor, error) {
	if sealed == "" {
		return nil, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(sealed)
	var c cursor
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	for name, p := range c {
		if p == nil || !slices.Contains(names, name) {
			err = fmt.Errorf("it names the state machine %q", name)
		}
	}
	if err != nil || len(c) == 0 {
		return nil, fmt.Errorf("list executions: %w: it is none of this list", workflow.ErrInvalidCursor)
	}
	return c, nil
}

// list reads the executions of one machine, newest first.
type list struct {
	runner  *Runner
	machine string
	status  workflow.Status
	limit   int

	place *place
	next  string                    // token of the page behind this one
	items []types.ExecutionListItem // of the page, that are not taken yet
	read  bool
}

// head answers the next execution; false at the end.
func (l *list) head(ctx context.Context) (types.ExecutionListItem, bool, error) {
	for len(l.items) == 0 {
		if l.read {
			if l.next == "" {
				return types.ExecutionListItem{}, false, nil
			}
			l.place = &place{Token: l.next}
		}
		if err := l.fetch(ctx); err != nil {
			return types.ExecutionListItem{}, false, err
		}
	}
	return l.items[0], true, nil
}

func (l *list) fetch(ctx context.Context) error {
	m := l.runner.machines[l.machine]
	out, err := l.runner.client.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &m.arn, StatusFilter: types.ExecutionStatus(l.status), MaxResults: int32(l.limit),
		NextToken: optional(l.place.Token, len(l.place.Token)),
	})
	if err != nil {
		return fmt.Errorf("list the executions of state machine %q: %w", l.machine, asCursor(err))
	}
	l.read, l.next, l.items = true, aws.ToString(out.NextToken), out.Executions
	if l.place.After != "" {
		taken := slices.IndexFunc(l.items, func(x types.ExecutionListItem) bool { return aws.ToString(x.ExecutionArn) == l.place.After })
		if taken < 0 { // it has another status by now: what started later was taken before it
			l.items = slices.DeleteFunc(l.items, func(x types.ExecutionListItem) bool { return aws.ToTime(x.StartDate).After(l.place.At) })
		}
		l.items = l.items[taken+1:]
	}
	return nil
}

func (l *list) take() workflow.Execution {
	x := l.items[0]
	l.items = l.items[1:]
	l.place = &place{Token: l.place.Token, After: aws.ToString(x.ExecutionArn), At: aws.ToTime(x.StartDate).UTC()}
	return workflow.Execution{
		ExecutionID: workflow.ExecutionID{Machine: l.machine, Name: aws.ToString(x.Name)}, ARN: aws.ToString(x.ExecutionArn),
		Status: status(x.Status), StartedAt: aws.ToTime(x.StartDate).UTC(), StoppedAt: utc(x.StopDate),
	}
}

// merge takes the newest of all lists, limit times.
func merge(ctx context.Context, lists []*list, limit int) (workflow.Page, error) {
	var page workflow.Page
	for {
		var newest *list
		var first types.ExecutionListItem
		rest := cursor{}
		for _, l := range lists {
			head, more, err := l.head(ctx)
			if err != nil {
				return workflow.Page{}, err
			}
			if !more {
				continue
			}
			rest[l.machine] = l.place
			if newest == nil || aws.ToTime(head.StartDate).After(aws.ToTime(first.StartDate)) {
				newest, first = l, head
			}
		}
		if newest == nil || len(page.Executions) == limit {
			page.Next = rest.seal()
			return page, nil
		}
		page.Executions = append(page.Executions, newest.take())
	}
}
