package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// orderInputs are the inputs of the order fulfilment pattern, unchanged, and how each ends.
var orderInputs = []struct{ input, id, status, failed, why string }{
	{`{"order_id":"1","total":100,"card_no":"123-1234","address":"123 st"}`, "1", "FULFILLED", "", ""},
	{`{"order_id":"2"}`, "2", "FAILED", "CreateOrder", "TotalMissing"},
	{`{"order_id":"3","total":100}`, "3", "FAILED", "ProcessPayment", "CardMissing"},
	{`{"order_id":"5","total":100,"card_no":"123-1234"}`, "5", "FAILED", "ProcessShipment", "AddressMissing"},
}

// movedIn is an order as GET /orders/{id} answers it.
type movedIn struct {
	OrderID  string `json:"order_id"`
	Status   string
	Total    float64
	Address  string
	Payment  *struct{ Status string }
	Shipment *struct{ Status string }
	Failure  *struct{ Step, Error string }
	Timeline []struct{ Kind string }
}

func (a account) getOrder(ctx context.Context, id string) (o movedIn, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/orders/"+id, nil)
	if err != nil {
		return o, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	response, err := a.http.Do(request)
	if err != nil {
		return o, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", response.StatusCode, body)
	}
	if err == nil {
		err = json.Unmarshal(body, &o)
	}
	return o, err
}

func (tt *target) endedOrder(t *testing.T, id string) movedIn {
	t.Helper()
	return poll(t, "order "+id+" has ended", func(ctx context.Context) (movedIn, error) { return tt.alice.getOrder(ctx, id) },
		func(o movedIn) bool {
			return o.Status == "FULFILLED" || o.Status == "FAILED" || o.Status == "NEEDS_ATTENTION"
		})
}

func TestThePatternsOrders(t *testing.T) {
	tt := suite(t)
	for _, c := range orderInputs {
		// Twice: the same input answers the same order.
		for range 2 {
			status, body, err := tt.alice.post(testContext(t), "/orders", []byte(c.input))
			var placed movedIn
			if err != nil || status != http.StatusAccepted || json.Unmarshal(body, &placed) != nil || placed.OrderID != c.id {
				t.Fatalf("%s: %d %s, %v", c.input, status, body, err)
			}
			if bytes.Contains(body, []byte("123-1234")) {
				t.Errorf("the answer has the card's number: %s", body)
			}
		}
		o := tt.endedOrder(t, c.id)
		if o.Status != c.status {
			t.Errorf("%s ended %s, want %s", c.input, o.Status, c.status)
		}
		if c.failed == "" {
			if o.Total != 100 || o.Address != "123 st" || o.Payment == nil || o.Payment.Status != "CAPTURED" || o.Shipment == nil || o.Shipment.Status != "SENT" {
				t.Errorf("%s: not all of it is there: %+v", c.input, o)
			}
			continue
		}
		if o.Failure == nil || o.Failure.Step != c.failed || o.Failure.Error != c.why {
			t.Errorf("%s failed because of %+v, want %s of %s", c.input, o.Failure, c.why, c.failed)
		}
		if o.Total != 0 || o.Address != "" || o.Payment != nil || o.Shipment != nil {
			t.Errorf("%s: something of it is left: %+v", c.input, o)
		}
	}
	status, body, err := tt.alice.post(testContext(t), "/orders", []byte(`{"order_id":"1","total":101,"card_no":"123-1234","address":"123 st"}`))
	if err != nil || status != http.StatusConflict {
		t.Errorf("another input under the id: %d %s, %v", status, body, err)
	}
	if _, err := tt.bob.getOrder(testContext(t), "1"); err == nil || !strings.Contains(err.Error(), "status 404") {
		t.Errorf("somebody else reads the order: %v", err)
	}
}

func TestThePatternsOrdersByTheCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range orderInputs {
		file := filepath.Join(t.TempDir(), "input.json")
		if err := os.WriteFile(file, []byte(c.input), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := vacancy(testContext(t), "workflow", "run", "order", "--input", file, "--no-wait")
		want := map[bool]int{true: 0, false: 1}[c.status == "FULFILLED"]
		if err != nil || r.code != want || !strings.Contains(r.stdout, "Order          "+c.status) || !strings.Contains(r.stdout, c.why) {
			t.Errorf("%s: exit code %d, %v\n%s%s", c.input, r.code, err, r.stdout, r.stderr)
		}
	}
	// One function alone.
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte(`{"order_id":"1","total":100}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := vacancy(testContext(t), "step", "invoke", "OrderCreateOrder", "-e", file); err != nil || r.code != 0 || !strings.Contains(r.stdout, `"CREATED"`) {
		t.Errorf("create_order alone: exit code %d, %v\n%s%s", r.code, err, r.stdout, r.stderr)
	}
	// A number that reaches ProcessPayment is refused, and not repeated.
	if err := os.WriteFile(file, []byte(`{"order_id":"1","card_no":"4929-5555-6666-8888"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := vacancy(testContext(t), "step", "invoke", "OrderProcessPayment", "-e", file); err != nil || r.code != 1 ||
		!strings.Contains(r.stdout, "CardNumberNotAllowed") || strings.Contains(r.stdout+r.stderr, "4929") {
		t.Errorf("a card number to process_payment: exit code %d, %v\n%s%s", r.code, err, r.stdout, r.stderr)
	}
}

// TestNoCardNumberIsKept places orders with card numbers that nothing else has, through
// every door, well and badly, and looks for them in all that the program leaves behind.
func TestNoCardNumberIsKept(t *testing.T) {
	t.Parallel()
	p, tt := newServer(t, "--log-level", "debug")
	number := func(door int) string { return fmt.Sprintf("4929-7777-31%02d-8642", door) }
	ctx := testContext(t)
	seen := new(strings.Builder) // all that anybody was answered

	post := func(body string) {
		_, answer, err := tt.alice.post(ctx, "/orders", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(answer)
	}
	post(`{"order_id":"a","total":100,"card_no":"` + number(1) + `","address":"123 st"}`)
	post(`{"order_id":"b","total":100,"card_no":"` + number(2) + `"}`)                    // fails in ProcessShipment
	post(`{"order_id":"a","total":7,"card_no":"` + number(3) + `"}`)                      // another order
	post(`{"order_id":"!","card_no":"` + number(4) + `"}`)                                // a bad id
	post(`{"order_id":"c","card_no":["` + number(5) + `"]}`)                              // no string
	post(`{"order_id":"c","total":"` + number(6) + `"}`)                                  // in the wrong field
	post(`{"order_id":"c","card_no":"` + number(7))                                       // broken off
	post(`{"order_id":"c","total":1,"card_no":4929777731088642,"address":"` + "x" + `"}`) // a number
	place := `mutation($i: PlaceOrderInput!) { placeOrder(input: $i) { order { id status cardLast4 } userErrors { message } } }`
	for door, query := range map[int]string{9: place, 10: strings.Replace(place, "cardLast4", "nothing", 1)} {
		body, _ := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"i": map[string]any{
			"orderId": fmt.Sprint("g", door), "total": map[string]any{"amount": 5, "currency": "USD"}, "cardNumber": number(door), "address": "123 st"}}})
		_, answer, err := tt.alice.post(ctx, "/graphql", body)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(answer)
	}
	cli := func(stdin string, args ...string) {
		file := filepath.Join(t.TempDir(), "in.json")
		if err := os.WriteFile(file, []byte(stdin), 0o600); err != nil {
			t.Fatal(err)
		}
		for i, a := range args {
			args[i] = strings.Replace(a, "FILE", file, 1)
		}
		r, err := vacancy(ctx, args...)
		if err != nil {
			t.Fatal(err)
		}
		seen.WriteString(r.stdout + r.stderr)
	}
	history := filepath.Join(t.TempDir(), "history.json")
	cli(`{"order_id":"s","total":100,"card_no":"`+number(11)+`","address":"123 st"}`, "workflow", "start", "order", "--input", "FILE", "--data", p.Dir)
	cli(`{"order_id":"r","total":100,"card_no":"`+number(12)+`","address":"123 st"}`, "workflow", "run", "order", "--input", "FILE", "--no-wait", "--json", "--history", history)
	cli("", "order", "place", "--id", "p", "--total", "5", "--card", number(13), "--address", "123 st", "--data", p.Dir)
	for _, id := range []string{"a", "b", "g9"} {
		tt.endedOrder(t, id)
	}
	for _, id := range []string{"a", "b", "s", "p"} {
		cli("", "workflow", "history", "order/"+id, "--data", p.Dir)
		cli("", "workflow", "show", "order/"+id, "--data", p.Dir)
		cli("", "order", "show", id, "--data", p.Dir, "--role", "manager")
		cli("", "ledger", id, "--data", p.Dir)
	}
	cli("", "notifications", "--data", p.Dir)
	if !strings.Contains(seen.String(), "8642") {
		t.Error("not even the last four digits were shown: did the orders arrive?")
	}
	if code, err := p.stop(readyWithin); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v", code, err)
	}

	places := map[string]string{"what was answered": seen.String(), "the log": p.log.String()}
	files, err := filepath.Glob(filepath.Join(p.Dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, history) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		places[file] = string(content)
	}
	if awsBackend != nil {
		if places["the table"], err = awsBackend.items(t.Context(), p.Dir); err != nil {
			t.Fatal(err)
		}
	}
	if len(places) < 5 {
		t.Fatalf("only %d places were looked at", len(places))
	}
	for place, content := range places {
		for door := range 14 {
			digits := strings.ReplaceAll(number(door), "-", "")
			if strings.Contains(content, number(door)) || strings.Contains(content, digits) {
				t.Errorf("the card number of door %d is in %s", door, place)
			}
		}
	}
}

// TestAShipmentWaitsForTheOperator: the manual carrier answers when somebody says so, also
// after the server was killed meanwhile.
func TestAShipmentWaitsForTheOperator(t *testing.T) {
	t.Parallel()
	p, tt := newServer(t, "--carrier", "manual")
	for _, id := range []string{"sent", "cancelled"} {
		status, body, err := tt.alice.post(testContext(t), "/orders", []byte(`{"order_id":"`+id+`","total":100,"card_no":"123-1234","address":"123 st"}`))
		if err != nil || status != http.StatusAccepted {
			t.Fatalf("%d %s, %v", status, body, err)
		}
	}
	shipping := func(tt *target, id string) {
		poll(t, "order "+id+" is with the carrier", func(ctx context.Context) (movedIn, error) { return tt.alice.getOrder(ctx, id) },
			func(o movedIn) bool { return o.Status == "SHIPPING" })
	}
	shipping(tt, "sent")
	shipping(tt, "cancelled")
	p.kill()
	again, err := serve(p.Dir, "--carrier", "manual")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.kill)
	if tt, err = targetOf(again); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"sent": "FULFILLED", "cancelled": "FAILED"} {
		if r, err := vacancy(testContext(t), "shipment", id, id, "--data", p.Dir); err != nil || r.code != 0 {
			t.Fatalf("vacancy shipment %s: exit code %d, %v\n%s", id, r.code, err, r.stderr)
		}
		if o := tt.endedOrder(t, id); o.Status != want {
			t.Errorf("after %s it ended %s, want %s", id, o.Status, want)
		}
	}
	if r, err := vacancy(testContext(t), "shipment", "cancelled", "sent", "--data", p.Dir); err != nil || r.code != 1 || !strings.Contains(r.stderr, "SHIPMENT_NOT_AWAITED") {
		t.Errorf("a shipment that has left is cancelled: exit code %d, %v\n%s", r.code, err, r.stderr)
	}
}

// moneyOfOrders answers, in minor units, what is to be kept of each order's payment: all of it
// of a fulfilled one, nothing of any other.
func moneyOfOrders(ctx context.Context, manager account) (map[string]int64, error) {
	kept := map[string]int64{}
	var after *string
	for {
		var data struct {
			Executions struct {
				Nodes    []execution
				PageInfo pageInfo
			}
		}
		err := manager.ask(ctx, `query($after: String) { executions(machine: "order", first: 100, after: $after) { nodes {`+executionFields+`} pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}, &data)
		if err != nil {
			return nil, fmt.Errorf("list executions of orders: %w", err)
		}
		for _, e := range data.Executions.Nodes {
			id, _, _ := strings.Cut(e.Name, "-repair-")
			o, err := manager.getOrder(ctx, id)
			if err != nil {
				return nil, err
			}
			kept[id] = 0
			if o.Status == "FULFILLED" {
				kept[id] = int64(o.Total * 100)
			}
		}
		if after = data.Executions.PageInfo.EndCursor; !data.Executions.PageInfo.HasNextPage {
			return kept, nil
		}
	}
}
