package notification_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/workflow"
)

var publishedAt = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func publish(ctx context.Context, outbox notification.Outbox, arguments string) (string, error) {
	answer, err := notification.Publisher(outbox, func() time.Time { return publishedAt })(ctx, json.RawMessage(arguments))
	return string(answer), err
}

func taskContext(t *testing.T, state string, attempt int) context.Context {
	return workflow.WithTask(t.Context(), workflow.Task{ExecutionID: workflow.ExecutionID{Machine: "reservation", Name: "res_1"}, State: state, Attempt: attempt})
}

const arguments = `{"TopicArn":"arn:aws:sns:eu-west-1:123456789012:topic","Subject":"Your apartment is paid",
	"Message": {"reservationId": "res_1", "n": 1.50},
	"MessageAttributes":{"tenant":{"DataType":"String","StringValue":"tina"},"kind":{"DataType":"String","StringValue":"paid"}}}`

func TestPublisher(t *testing.T) {
	outbox := notification.NewMemory()
	for attempt := range 3 {
		answer, err := publish(taskContext(t, "NotifyPaid", attempt), outbox, arguments)
		if err != nil || answer != `{"MessageId":"reservation/res_1/NotifyPaid"}` {
			t.Errorf("attempt %d: %s, %v", attempt, answer, err)
		}
	}
	all := listed(t, outbox)
	if len(all) != 1 {
		t.Fatalf("%d notifications, want one for all attempts", len(all))
	}
	n := all[0]
	if n.ID != "reservation/res_1/NotifyPaid" || n.Kind != notification.Paid || n.Tenant != "tina" || n.Subject != "Your apartment is paid" ||
		string(n.Message) != `{"reservationId":"res_1","n":1.50}` || !n.At.Equal(publishedAt) {
		t.Errorf("added %+v with message %s", n, n.Message)
	}
	if _, err := publish(taskContext(t, "NotifyReleased", 0), outbox, arguments); err != nil || len(listed(t, outbox)) != 2 {
		t.Errorf("another state's notification: %v, %d listed", err, len(listed(t, outbox)))
	}
}

func TestPublisherTakesTextAndMakesSafeIDs(t *testing.T) {
	outbox := notification.NewMemory()
	if _, err := publish(taskContext(t, "Notify\r\nX: ä", 0), outbox, `{"Message":"hello","MessageAttributes":{"kind":{"DataType":"String","StringValue":"reverted"}}}`); err != nil {
		t.Fatal(err)
	}
	n := listed(t, outbox)[0]
	if string(n.Message) != `"hello"` || n.Kind != notification.Reverted || n.Tenant != "" {
		t.Errorf("added %+v with message %s", n, n.Message)
	}
	if n.ID != "reservation/res_1/Notify%0D%0AX:%20%C3%A4" {
		t.Errorf("the id is %q, which may not stand in a header", n.ID)
	}
}

func TestPublisherRefuses(t *testing.T) {
	kind := `"MessageAttributes":{"kind":{"DataType":"String","StringValue":"paid"}}`
	tests := map[string]string{
		`{` + kind + `}`:                   "SNS.InvalidParameterException",
		`{"Message":null,` + kind + `}`:    "SNS.InvalidParameterException",
		`{"Message":"",` + kind + `}`:      "SNS.InvalidParameterException",
		`{"Message":"hello"}`:              "SNS.InvalidParameterException",
		`{"Message":"hello","Subject":{}}`: "SNS.InvalidParameterException",
		`[]`:                               "SNS.InvalidParameterException",
	}
	for arguments, want := range tests {
		outbox := notification.NewMemory()
		_, err := publish(taskContext(t, "NotifyPaid", 0), outbox, arguments)
		if got := workflow.AsError(err); got.Name != want || !strings.Contains(got.Cause, "NotifyPaid") {
			t.Errorf("%s: %v, want %s that names the state", arguments, err, want)
		}
		if len(listed(t, outbox)) != 0 {
			t.Errorf("%s: something was added", arguments)
		}
	}
	if _, err := publish(t.Context(), notification.NewMemory(), arguments); workflow.AsError(err).Name != workflow.Runtime {
		t.Errorf("without a task: %v, want States.Runtime", err)
	}
}

func TestPublisherFailsWithTheOutbox(t *testing.T) {
	_, err := publish(taskContext(t, "NotifyPaid", 0), failingOutbox{}, arguments)
	if !errors.Is(err, errDisk) || workflow.AsError(err).Name != workflow.TaskFailed {
		t.Errorf("%v, want the outbox's error as States.TaskFailed", err)
	}
}

type failingOutbox struct{ notification.Outbox }

func (failingOutbox) Add(context.Context, notification.Notification) error { return errDisk }
