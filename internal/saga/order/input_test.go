package order_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/order"
)

func TestUnits(t *testing.T) {
	for text, want := range map[string]order.Units{"100": 10_000, "99.95": 9_995, "0.5": 50, "0.01": 1, "21474836.47": booking.MaxAmount} {
		var u order.Units
		if err := json.Unmarshal([]byte(text), &u); err != nil || u != want {
			t.Errorf("%s is %d, %v; want %d", text, u, err, want)
		}
		again, err := json.Marshal(u)
		var read order.Units
		if err != nil || json.Unmarshal(again, &read) != nil || read != u {
			t.Errorf("%d is written %s and read as %d", u, again, read)
		}
	}
	for _, text := range []string{"0", "-1", "1.234", "1e3", "21474836.48", `"100"`, "true", "[]", "99999999999999999999"} {
		if err := json.Unmarshal([]byte(text), new(order.Units)); booking.CodeOf(err) != booking.InvalidInput {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestParseRequest(t *testing.T) {
	r, err := order.ParseRequest([]byte(`{"order_id":"1","total":100,"card_no":"123-1234","address":"123 st","colour":"red"}`))
	if err != nil || r.OrderID != "1" || *r.Total != (booking.Money{Amount: 10_000, Currency: "USD"}) || string(*r.Card) != "123-1234" || r.Address != "123 st" {
		t.Errorf("%+v, %v", r, err)
	}
	for _, text := range []string{`{"order_id":"2"}`, `{"order_id":"2","total":null,"card_no":null,"address":null}`, `{"order_id":"2","card_no":""}`} {
		if r, err := order.ParseRequest([]byte(text)); err != nil || r.Total != nil || r.Card != nil || r.Address != "" {
			t.Errorf("%s: %+v, %v", text, r, err)
		}
	}
	const number = "4929111122223333"
	for _, text := range []string{`[]`, `null x`, `"` + number + `"`, `{"order_id":7}`, `{"card_no":` + number + `}`, `{"card_no":["` + number + `"]}`, `{"total":"` + number + `"}`, `{"address":{}}`, `{"card_no":"` + number} {
		_, err := order.ParseRequest([]byte(text))
		if booking.CodeOf(err) != booking.InvalidInput || strings.Contains(err.Error(), "4929") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestACardNumberShowsItselfNowhere prints one in every way there is.
func TestACardNumberShowsItselfNowhere(t *testing.T) {
	number := order.CardNumber("4929111122223333")
	r := order.Request{OrderID: "1", Card: &number}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "card", number, "request", r)
	text, err := json.Marshal(r)
	all := fmt.Sprintf("%v %s %+v %#v %q %v %s %+v %x", number, number, number, number, number, r.Card, *r.Card, []order.CardNumber{number}, number) + log.String() + string(text)
	if err != nil || strings.Contains(all, "4929") {
		t.Errorf("%v: %s", err, all)
	}
}

func TestLast4(t *testing.T) {
	for number, want := range map[order.CardNumber]string{"123-1234": "1234", "4929 1111 2222 3333": "3333", "1234": "", "123456": "", "pm_ok": "", "": ""} {
		if got := order.Last4(number); got != want {
			t.Errorf("of %d characters %q is shown, want %q", len(number), got, want)
		}
	}
}
