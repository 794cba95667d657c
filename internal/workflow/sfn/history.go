package sfn

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/workflow"
)

// maxPage is the longest page that Step Functions answers.
const maxPage = 1000

// History implements workflow.Runner.
func (r *Runner) History(ctx context.Context, id workflow.ExecutionID, after string, limit int) (workflow.HistoryPage, error) {
	arn, err := r.executionARN(id)
	if err != nil {
		return workflow.HistoryPage{}, err
	}
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	out, err := r.client.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &arn, MaxResults: int32(limit), NextToken: optional(after, len(after)), IncludeExecutionData: aws.Bool(true),
	})
	if err != nil {
		return workflow.HistoryPage{}, fmt.Errorf("history of %q of state machine %q: %w", id.Name, id.Machine, asCursor(err))
	}
	page := workflow.HistoryPage{Events: make([]workflow.HistoryEvent, len(out.Events)), Next: aws.ToString(out.NextToken)}
	for i, e := range out.Events {
		details, err := details(e)
		if err != nil {
			return workflow.HistoryPage{}, fmt.Errorf("history of %q of state machine %q: event %d: %w", id.Name, id.Machine, e.Id, err)
		}
		page.Events[i] = workflow.HistoryEvent{
			ID: e.Id, PreviousID: e.PreviousEventId, Type: string(e.Type), Timestamp: aws.ToTime(e.Timestamp).UTC(), Details: details,
		}
	}
	return page, nil
}

// asCursor is asPort where a token can only be that of a page.
func asCursor(err error) error {
	if is[*types.InvalidToken](err) {
		return fmt.Errorf("%w: %w", workflow.ErrInvalidCursor, err)
	}
	return asPort(err)
}

// details answers the details of an event as the API writes them. The SDK has a field
// for those of each type, of which one is set.
func details(e types.HistoryEvent) (json.RawMessage, error) {
	v := reflect.ValueOf(e)
	for i := range v.NumField() {
		if f := v.Field(i); strings.HasSuffix(v.Type().Field(i).Name, "EventDetails") && !f.IsNil() {
			return json.Marshal(wire(f.Elem()))
		}
	}
	return json.RawMessage("{}"), nil
}

// wire answers a value of the SDK with the names of the wire: fields begin small, and
// what is absent is left out.
func wire(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return wire(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t.UTC()
		}
		out := map[string]any{}
		for i := range v.NumField() {
			field, f := v.Type().Field(i), v.Field(i)
			absent := (f.Kind() == reflect.Pointer || f.Kind() == reflect.Map || f.Kind() == reflect.Slice) && f.IsNil()
			if field.IsExported() && !absent {
				out[uncapitalized(field.Name)] = wire(f)
			}
		}
		return out
	}
	return v.Interface()
}

func uncapitalized(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
