package booking

// StoreTaskToken notes the token by which the execution's AwaitPayment is woken, and
// the gateway's id of the first, PENDING payment, in one write: HELD, epoch. On what has
// ended it changes nothing.
type StoreTaskToken struct {
	On
	Token      string
	GatewayRef string // "" if not known
}

func (i StoreTaskToken) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	if i.stale(*r) || r.Status != Held {
		return b, false, nil
	}
	changed := r.TaskToken != i.Token
	r.TaskToken = i.Token
	// The execution asked for the first payment. By now the tenant may have begun
	// another, of which this is not the id.
	if p := r.Payment; p != nil && p.Attempt == 1 && p.Status == Pending && p.GatewayRef == "" && i.GatewayRef != "" {
		r.withPayment().GatewayRef = i.GatewayRef
		changed = true
	}
	return b, changed, nil
}

// MarkWorkflowStarted notes that the reservation's execution has been started.
type MarkWorkflowStarted struct{ On }

func (i MarkWorkflowStarted) Decide(b Booking) (Booking, bool, error) {
	if b.Reservation.WorkflowStarted {
		return b, false, nil
	}
	b.Reservation.WorkflowStarted = true
	return b, true, nil
}

// CountRepair counts a repair execution before it is started, so that each number is
// used once. Of a reservation that has ended meanwhile, or was counted up to Number
// already, it changes nothing: somebody else has driven it.
type CountRepair struct {
	On
	Number int
}

func (i CountRepair) Decide(b Booking) (Booking, bool, error) {
	r := &b.Reservation
	if r.Repairs >= i.Number || !r.Status.Live() {
		return b, false, nil
	}
	r.Repairs = i.Number
	r.record(RepairStarted, i.Now, BySystem, 0, "")
	return b, true, nil
}
