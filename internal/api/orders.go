package api

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/httpapi"
	"github.com/vacancy/vacancy/internal/identity"
	"github.com/vacancy/vacancy/internal/saga/order"
)

// maxOrderBody bounds the body of POST /orders, in bytes.
const maxOrderBody = 16 << 10

// orderRoutes are POST /orders, which takes orders in the form that clients of this pattern
// send, and GET /orders/{id}.
func orderRoutes(orders *order.Service, log *slog.Logger) []httpapi.Route {
	return []httpapi.Route{
		{Pattern: "POST /orders", Roles: httpapi.Everybody, Handler: placeOrder(orders, log)},
		{Pattern: "GET /orders/{id}", Roles: httpapi.Everybody, Handler: readOrder(orders, log)},
	}
}

// placeOrder answers 202 with the order, and where to look for what becomes of it.
func placeOrder(orders *order.Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := identity.PrincipalFrom(r.Context()) // the route has roles: there is one
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOrderBody))
		var request order.Request
		switch {
		case errors.As(err, new(*http.MaxBytesError)):
			err = booking.Invalid("input", "an order has at most %d bytes", maxOrderBody)
		case err != nil:
			err = booking.Invalid("input", "the request ended before the order did; send it again")
		default:
			request, err = order.ParseRequest(body)
		}
		var o order.Order
		if err == nil {
			o, err = orders.Place(r.Context(), who, request)
		}
		if booking.CodeOf(err) == booking.IdempotencyKeyReused {
			w.Header().Set("Location", "/orders/"+request.OrderID)
		}
		if err != nil {
			httpapi.WriteError(w, r, log, err)
			return
		}
		w.Header().Set("Location", "/orders/"+o.ID)
		answer(w, http.StatusAccepted, showOrder(o))
	})
}

func readOrder(orders *order.Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := identity.PrincipalFrom(r.Context())
		o, err := orders.Order(r.Context(), who, r.PathValue("id"))
		if err != nil {
			httpapi.WriteError(w, r, log, err)
			return
		}
		answer(w, http.StatusOK, showOrder(o))
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever is gone is told nothing
}

// shownOrder is an order as these routes answer it, with the pattern's names. Amounts are in
// whole units of the currency.
type shownOrder struct {
	OrderID   string            `json:"order_id"`
	Status    order.Status      `json:"status"`
	Execution string            `json:"execution"` // MACHINE/NAME, for 'vacancy workflow show'
	Link      string            `json:"link"`
	Total     *order.Units      `json:"total,omitempty"`
	Currency  string            `json:"currency,omitempty"`
	CardLast4 string            `json:"card_last4,omitempty"`
	Address   string            `json:"address,omitempty"`
	Payment   *shownPayment     `json:"payment,omitempty"`
	Shipment  *shownShipment    `json:"shipment,omitempty"`
	Failure   *order.Failure    `json:"failure,omitempty"`
	NotUndone []order.NotUndone `json:"not_undone,omitempty"`
	PlacedAt  time.Time         `json:"placed_at"`
	EndedAt   time.Time         `json:"ended_at,omitzero"`
	Timeline  []shownEvent      `json:"timeline"`
}

type shownPayment struct {
	ID       string                `json:"id"`
	Status   booking.PaymentStatus `json:"status"`
	Amount   order.Units           `json:"amount"`
	Currency string                `json:"currency"`
}

type shownShipment struct {
	Status      order.ShipmentStatus `json:"status"`
	Carrier     string               `json:"carrier"`
	RequestedAt time.Time            `json:"requested_at"`
	AnswerBy    time.Time            `json:"answer_by"`
	AnsweredAt  time.Time            `json:"answered_at,omitzero"`
}

type shownEvent struct {
	Kind     order.EventKind `json:"kind"`
	At       time.Time       `json:"at"`
	By       string          `json:"by"`
	Amount   order.Units     `json:"amount,omitempty"`
	Currency string          `json:"currency,omitempty"`
	Note     string          `json:"note,omitempty"`
}

func showOrder(o order.Order) shownOrder {
	shown := shownOrder{
		OrderID: o.ID, Status: o.Status, Execution: "order/" + o.Execution.Name(o.ID), Link: "/orders/" + o.ID,
		Failure: o.Failure, NotUndone: o.NotUndone, PlacedAt: o.PlacedAt, EndedAt: o.EndedAt, Timeline: []shownEvent{},
	}
	if total := o.Total(); total != nil {
		units := order.Units(total.Amount)
		shown.Total, shown.Currency = &units, total.Currency
	}
	if c := o.Content; c != nil {
		shown.Address = c.Address
		if c.Card != nil {
			shown.CardLast4 = c.Card.Last4
		}
	}
	if p := o.Payment; p != nil {
		shown.Payment = &shownPayment{p.ID, p.Status, order.Units(p.Amount.Amount), p.Amount.Currency}
	}
	if s := o.Shipment; s != nil {
		shown.Shipment = &shownShipment{s.Status, s.Carrier, s.RequestedAt, s.AnswerBy, s.AnsweredAt}
	}
	for _, e := range o.Timeline {
		shown.Timeline = append(shown.Timeline, shownEvent{e.Kind, e.At, e.By, order.Units(e.Amount), e.Currency, e.Note})
	}
	return shown
}
