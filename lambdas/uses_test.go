package lambdas_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/saga/trip"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
	"github.com/vacancy/vacancy/statemachine"
)

// stepKey is the context's key of the step that a call to AWS is made for.
type stepKey struct{}

// uses notes which actions each step asks AWS for.
type uses struct {
	mu    sync.Mutex
	steps map[string]map[string]bool
}

func (u *uses) note(ctx context.Context, grant string) {
	name, _ := ctx.Value(stepKey{}).(string)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.steps[name] == nil {
		u.steps[name] = map[string]bool{}
	}
	u.steps[name][grant] = true
}

// watch notes each call of a client: by what IAM asks for, which for the items of a
// transaction are the actions that they would be alone.
func (u *uses) watch(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("uses", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			on := "Table.Arn"
			actions := []string{awsmiddleware.GetOperationName(ctx)}
			switch p := in.Parameters.(type) {
			case *dynamodb.QueryInput:
				if p.IndexName != nil {
					on = "${Table.Arn}/index/" + *p.IndexName
				}
			case *dynamodb.TransactWriteItemsInput:
				actions = nil
				for _, item := range p.TransactItems {
					for action, is := range map[string]bool{"PutItem": item.Put != nil, "UpdateItem": item.Update != nil, "DeleteItem": item.Delete != nil, "ConditionCheckItem": item.ConditionCheck != nil} {
						if is {
							actions = append(actions, action)
						}
					}
				}
			}
			for _, action := range actions {
				u.note(ctx, "dynamodb:"+action+" on "+on)
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	})
}

// gateway notes the calls of a gateway, for which a function needs Stripe's keys. While
// silent is set its Create answers nobody.
type gateway struct {
	booking.Gateway
	uses   *uses
	silent atomic.Bool
}

func (g *gateway) Create(ctx context.Context, p booking.Payment, reservationID, key string) (booking.GatewayPayment, error) {
	g.uses.note(ctx, readsTheSecret)
	created, err := g.Gateway.Create(ctx, p, reservationID, key)
	if g.silent.Load() {
		return booking.GatewayPayment{}, booking.ErrGatewayUnknown
	}
	return created, err
}

func (g *gateway) Authorize(ctx context.Context, ref, method, key string) (booking.GatewayPayment, error) {
	g.uses.note(ctx, readsTheSecret)
	return g.Gateway.Authorize(ctx, ref, method, key)
}

func (g *gateway) Capture(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	g.uses.note(ctx, readsTheSecret)
	return g.Gateway.Capture(ctx, ref, key)
}

func (g *gateway) Void(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	g.uses.note(ctx, readsTheSecret)
	return g.Gateway.Void(ctx, ref, key)
}

func (g *gateway) Refund(ctx context.Context, ref, key string) (booking.GatewayPayment, error) {
	g.uses.note(ctx, readsTheSecret)
	return g.Gateway.Refund(ctx, ref, key)
}

func (g *gateway) Lookup(ctx context.Context, ref string) (booking.GatewayPayment, error) {
	g.uses.note(ctx, readsTheSecret)
	return g.Gateway.Lookup(ctx, ref)
}

func (g *gateway) Find(ctx context.Context, p booking.Payment, reservationID string) (booking.GatewayPayment, error) {
	g.uses.note(ctx, readsTheSecret)
	return g.Gateway.Find(ctx, p, reservationID)
}

// wakes notes the wakes that a step sends to its own machine.
type wakes struct {
	workflow.Runner
	uses *uses
}

func (w wakes) SendTaskSuccess(ctx context.Context, token string, output json.RawMessage) error {
	w.uses.note(ctx, "states:SendTaskSuccess")
	return w.Runner.SendTaskSuccess(ctx, token, output)
}

// onAWS runs every definition with its steps on DynamoDB, and notes what they use.
func onAWS(t *testing.T, u *uses) *app.App {
	t.Helper()
	table := dynamotest.Table(t, u.watch)
	config, err := app.Config{Limits: app.NoLimits(), SlowPayment: time.Millisecond}.WithDefaults()
	if err != nil {
		t.Fatal(err)
	}
	config.Log = slog.New(slog.DiscardHandler)
	ports, err := cloud.Ports(table, cloud.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ports.Gateway = &gateway{Gateway: ports.Gateway, uses: u}
	var runner *local.Runner
	ports.NewRunner = func(steps step.Table) (workflow.Runner, error) {
		watched := step.Table{}
		for name, handler := range steps {
			watched[name] = func(ctx context.Context, in json.RawMessage) (json.RawMessage, error) {
				return handler(context.WithValue(ctx, stepKey{}, name), in)
			}
		}
		definitions := map[string]local.Definition{}
		names := map[string]string{app.NotificationTopic: "arn:aws:sns:us-east-1:123456789012:t"}
		for _, name := range step.Names() {
			names[name] = name
		}
		for machine, source := range statemachine.Definitions() {
			definitions[machine] = local.Definition{Source: source, Substitutions: names}
		}
		silent := func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(`{"MessageId":"1"}`), nil
		}
		var err error
		runner, err = local.New(context.Background(), local.Config{Journal: memory.New(), Definitions: definitions, Steps: watched,
			Services: map[string]workflow.Handler{app.SNSPublish: silent}, Log: config.Log})
		return wakes{runner, u}, err
	}
	a, err := app.New(config, ports)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- runner.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return a
}

// TestStepsUseWhatTheyMay runs executions of every machine and holds each step's calls to
// its function's policy: an action that is not granted would fail on AWS only.
func TestStepsUseWhatTheyMay(t *testing.T) {
	u := &uses{steps: map[string]map[string]bool{}}
	a := onAWS(t, u)
	rehearse(t, a)
	loseAnswers(t, u)
	recordCapture(t, u)
	tpl := load(t)
	for _, name := range step.Names() {
		if len(u.steps[name]) == 0 {
			t.Errorf("%s was never called, so that what it uses is not known", name)
		}
		granted := grants(t, tpl.must(t, samFunction, name))
		for _, use := range slices.Sorted(maps.Keys(u.steps[name])) {
			if !slices.ContainsFunc(granted, func(g string) bool { return g == use || strings.HasPrefix(g, use+" on ") }) {
				t.Errorf("%s uses %s, which its policy does not grant", name, use)
			}
		}
	}
	if os.Getenv("VACANCY_SHOW_USES") != "" {
		for _, name := range step.Names() {
			fmt.Println(name, slices.Sorted(maps.Keys(u.steps[name])))
		}
	}
}

var (
	manager = booking.Principal{ID: "manager", Role: booking.Manager}
	tenant  = booking.Principal{ID: "tenant", Role: booking.Tenant}
)

// loseAnswers has two payments whose ids at the gateway never arrive in the store, which is
// then searched for them: in RequestPayment, and when their hold has ended.
func loseAnswers(t *testing.T, u *uses) {
	t.Helper()
	h := byHand(t, u, cloud.Config{})
	g := h.app.Gateway.(*gateway)
	for _, silent := range []bool{true, false} {
		r := h.reserve(booking.Listing{})
		g.silent.Store(silent)
		h.step("ReservationRequestPayment", r)
		g.silent.Store(false)
		if _, err := h.app.Reservations.CancelReservation(t.Context(), tenant, r.ID); err != nil {
			t.Fatal(err)
		}
		h.step("ReservationReturnMoney", r)
		if r = h.read(r); r.Payment == nil || r.Payment.Status != booking.Voided {
			t.Fatalf("the payment that was lost is %+v", r.Payment)
		}
	}
}

// recordCapture has a capture whose answer never arrives and is found out about afterwards.
func recordCapture(t *testing.T, u *uses) {
	t.Helper()
	h := byHand(t, u, cloud.Config{})
	r := h.reserve(booking.Listing{})
	h.step("ReservationRequestPayment", r)
	if _, err := h.app.Reservations.PayReservation(t.Context(), tenant, r.ID, "pm_capture_timeout_then_ok", "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.app.Reservations.CapturePayment(t.Context(), booking.ExecutionInput{ReservationID: r.ID, Epoch: r.Epoch}); err == nil {
		t.Fatal("the capture was answered")
	}
	h.step("ReservationResolveCapture", r)
	h.step("ReservationRecordCapture", r)
	if r = h.read(r); r.Payment.Status != booking.Captured {
		t.Fatalf("the payment whose capture was found out about is %+v", r.Payment)
	}
}

// rehearse has executions of every kind and waits until they have ended.
func rehearse(t *testing.T, a *app.App) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil && booking.CodeOf(err) == "" {
			t.Fatal(err)
		}
	}
	for i, method := range []string{"pm_ok", "", "pm_declined", "pm_capture_fails", "pm_capture_timeout_then_ok", "cancel"} {
		window := time.Minute
		if method == "" || method == "pm_declined" {
			window = time.Second
		}
		flat, err := a.Reservations.CreateApartment(ctx, manager, booking.Listing{Title: "x", Price: booking.Money{Amount: 1000, Currency: "USD"}, RentPeriod: booking.Monthly, PaymentWindow: window}, fmt.Sprint("a", i))
		must(err)
		r, err := a.Reservations.ReserveApartment(ctx, tenant, flat.ID, fmt.Sprint("r", i))
		must(err)
		switch method {
		case "":
		case "cancel":
			_, err = a.Reservations.CancelReservation(ctx, tenant, r.ID)
			must(err)
		default:
			_, err = a.Reservations.PayReservation(ctx, tenant, r.ID, method, fmt.Sprint("p", i))
			must(err)
		}
	}
	for i, failing := range []trip.RunType{"", "failHotelReservation", "failFlightsReservation", "failCarRentalReservation", "failPayment", "failHotelConfirmation", "failFlightsConfirmation", "failCarRentalConfirmation"} {
		for _, ours := range []bool{false, true} {
			at := a.Reservations.Now().Add(30 * 24 * time.Hour)
			request := trip.Request{
				Route:   trip.Route{DepartCity: "Austin", ArriveCity: "Oslo", DepartTime: at, ArriveTime: at.Add(10 * time.Hour)},
				Lodging: &trip.Lodging{Hotel: "Ritz", CheckIn: at, CheckOut: at.Add(72 * time.Hour)},
				Car:     &trip.Car{Name: "Volvo", From: at, To: at.Add(72 * time.Hour)},
				Amount:  booking.Money{Amount: 5000, Currency: "USD"}, PaymentMethod: "pm_ok", Failing: failing,
			}
			if ours {
				flat, err := a.Reservations.CreateApartment(ctx, manager, booking.Listing{Title: "x", Price: booking.Money{Amount: 1000, Currency: "USD"}, RentPeriod: booking.Monthly}, fmt.Sprint("t", i))
				must(err)
				request.Lodging = &trip.Lodging{ApartmentID: flat.ID}
			}
			if _, _, err := a.Trips.Book(ctx, tenant, fmt.Sprintf("trip-%d-%v", i, ours), request); err != nil {
				t.Fatal(err)
			}
		}
	}
	for id, input := range map[string]string{
		"1": `{"order_id":"1","total":100,"card_no":"123-1234","address":"123 st"}`,
		"2": `{"order_id":"2","card_no":"123-1234","address":"123 st"}`,
		"3": `{"order_id":"3","total":100,"address":"123 st"}`,
		"4": `{"order_id":"4","total":100,"card_no":"123-1234"}`,
	} {
		request, err := order.ParseRequest([]byte(input))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Orders.Place(ctx, tenant, request); err != nil {
			t.Fatalf("order %s: %v", id, err)
		}
	}
	for _, failing := range []batch.RunType{"", batch.FailProcess, batch.FailTransform, batch.FailCommit} {
		for _, file := range []string{
			"id,price,price_type,cityname,state\n1,790,Monthly,Austin,TX\n2,800,Monthly,Austin,TX\n",
			"id,price,price_type,cityname,state\n1,790,Monthly,Austin,TX\n3,dear,Monthly,Austin,TX\n",
		} {
			if _, err := a.Imports.Receive(ctx, manager, strings.NewReader(file), batch.Order{RunType: failing}); err != nil {
				t.Fatalf("an import that fails by %q: %v", failing, err)
			}
		}
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		page, err := a.Runner.List(ctx, workflow.ListFilter{Status: workflow.Running, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Executions) == 0 {
			return
		}
	}
}
