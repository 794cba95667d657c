package sqlite

import (
	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
)

// What a tenant uses of the limits is added up from the tenant's latest reservations, of
// which there are few: so no hold writes a count, and none can be wrong.
const tenantUsage = "SELECT status, placed_at, hold_expires_at, ended_at, payment_status FROM reservations WHERE tenant_id = ? ORDER BY seq DESC LIMIT ?"

// admit refuses the hold if the tenant holds too much already.
func (h *placing) admit(conn *sqlite.Conn) error {
	if h.Limits.None() {
		return nil
	}
	since := h.Now.Add(-booking.UsageSince)
	var used booking.HoldUsage
	rows := 0
	err := query(conn, tenantUsage, func(p *params) { p.text(h.TenantID).int(booking.MaxRowsRead + 1) }, func(c *columns) (bool, error) {
		r := scanUsage(c)
		if r.PlacedAt.Before(since) {
			return false, nil
		}
		if rows++; rows > booking.MaxRowsRead {
			return false, booking.TooManyToCount(booking.MaxRowsRead)
		}
		used = used.Plus(r.UsageAt(h.Now))
		return true, nil
	})
	if err != nil {
		return err
	}
	return h.Admit(used)
}

// scanUsage reads what a reservation's usage depends on.
func scanUsage(c *columns) (r booking.Reservation) {
	r.Status, r.PlacedAt, r.HoldExpiresAt, r.EndedAt = booking.ReservationStatus(c.text()), c.time(), c.time(), c.time()
	if payment := c.text(); payment != "" {
		r.Payment = &booking.Payment{Status: booking.PaymentStatus(payment)}
	}
	return r
}
