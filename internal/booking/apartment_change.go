package booking

import (
	"strings"
	"time"
)

// ApartmentChange is a change to an apartment that no reservation takes part in.
// Decide is pure and answers as Intention.Decide does.
type ApartmentChange interface {
	Apartment() string // its id
	Decide(Apartment) (next Apartment, changed bool, err error)
}

// UpdateListing changes what is said of an apartment. Price and window concern
// future holds; a reservation keeps what it was placed with.
type UpdateListing struct {
	ApartmentID string
	Now         time.Time
	Title       *string
	Price       *Money
	// PaymentWindow of 0 goes back to the deployment's.
	PaymentWindow *time.Duration
	// LateMoney of "" goes back to the deployment's.
	LateMoney *LateMoney
}

func (u UpdateListing) Apartment() string { return u.ApartmentID }

func (u UpdateListing) Decide(a Apartment) (Apartment, bool, error) {
	next := a
	if u.Title != nil {
		next.Title = *u.Title
	}
	if u.Price != nil {
		next.Price = *u.Price
	}
	if u.PaymentWindow != nil {
		next.PaymentWindow = *u.PaymentWindow
	}
	if u.LateMoney != nil {
		next.LateMoney = *u.LateMoney
	}
	if err := next.Validate(); err != nil {
		return a, false, err
	}
	if next.Title == a.Title && next.Price == a.Price && next.PaymentWindow == a.PaymentWindow && next.LateMoney == a.LateMoney {
		return a, false, nil
	}
	next.UpdatedAt = u.Now
	return next, true, nil
}

// Withdraw takes a VACANT apartment off the offer. Refused while it is held, paid
// or occupied, with ApartmentNotVacant.
type Withdraw struct {
	ApartmentID string
	Now         time.Time
}

func (w Withdraw) Apartment() string { return w.ApartmentID }

func (w Withdraw) Decide(a Apartment) (Apartment, bool, error) {
	switch a.Status {
	case Withdrawn:
		return a, false, nil
	case Vacant:
		a.Status, a.UpdatedAt = Withdrawn, w.Now
		return a, true, nil
	}
	return a, false, &Error{Code: ApartmentNotVacant, HeldUntil: a.HoldExpiresAt,
		Message: "the apartment is " + string(a.Status) + "; it can be withdrawn once it is VACANT"}
}

// Relist offers a WITHDRAWN apartment again. One that is offered already stays as it is.
type Relist struct {
	ApartmentID string
	Now         time.Time
}

func (r Relist) Apartment() string { return r.ApartmentID }

func (r Relist) Decide(a Apartment) (Apartment, bool, error) {
	if a.Status != Withdrawn {
		return a, false, nil
	}
	a.Status, a.UpdatedAt = Vacant, r.Now
	return a, true, nil
}

// Bounds of what a listing may say.
const (
	MaxTitleLength   = 200
	MaxRooms         = 100
	MaxSquareFeet    = 1_000_000
	MinPaymentWindow = time.Second
	MaxPaymentWindow = 30 * 24 * time.Hour
)

// Validate refuses, with InvalidInput and the field, a listing that cannot be taken.
func (l Listing) Validate() error {
	switch {
	case len(l.Title) > MaxTitleLength:
		return Invalid("title", "the title has %d bytes, at most %d are allowed", len(l.Title), MaxTitleLength)
	case l.City != "" && l.State == "":
		return Invalid("state", "a city needs its state")
	case len(l.City) > MaxTitleLength:
		return Invalid("city", "the city has %d bytes, at most %d are allowed", len(l.City), MaxTitleLength)
	case l.State != "" && (len(l.State) != 2 || strings.ToUpper(l.State) != l.State):
		return Invalid("state", "the state must be two capital letters such as WA, it is %q", l.State)
	case l.Bedrooms != nil && (*l.Bedrooms < 0 || *l.Bedrooms > MaxRooms):
		return Invalid("bedrooms", "bedrooms must be from 0 to %d, it is %d", MaxRooms, *l.Bedrooms)
	case l.Bathrooms != nil && !(*l.Bathrooms >= 0 && *l.Bathrooms <= MaxRooms):
		return Invalid("bathrooms", "bathrooms must be from 0 to %d, it is %g", MaxRooms, *l.Bathrooms)
	case l.SquareFeet != nil && (*l.SquareFeet <= 0 || *l.SquareFeet > MaxSquareFeet):
		return Invalid("squareFeet", "square feet must be from 1 to %d, it is %d", MaxSquareFeet, *l.SquareFeet)
	case l.PaymentWindow != 0 && (l.PaymentWindow < MinPaymentWindow || l.PaymentWindow > MaxPaymentWindow):
		return Invalid("paymentWindow", "the payment window must be from %s to %s, it is %s", MinPaymentWindow, MaxPaymentWindow, l.PaymentWindow)
	}
	if l.LateMoney != "" && !l.LateMoney.Valid() {
		return Invalid("lateMoney", "late money must be REFUND or REACQUIRE_ELSE_REFUND, it is %q", l.LateMoney)
	}
	switch l.RentPeriod {
	case Monthly, Weekly, MonthlyOrWeekly:
	default:
		return Invalid("rentPeriod", "the rent period must be MONTHLY, WEEKLY or MONTHLY_OR_WEEKLY, it is %q", l.RentPeriod)
	}
	return validateMoney("price", l.Price)
}
