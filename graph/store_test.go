package graph_test

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/vacancy/vacancy/internal/booking"
)

// memoryStore is a booking.Store in memory that counts its calls and fails on demand.
// It decides by the domain's own rules; it sweeps nothing.
type memoryStore struct {
	booking.Sweeping
	mu           sync.Mutex
	apartments   map[string]booking.Apartment
	reservations map[string]booking.Reservation
	order        []string // ids in the order of their making
	keys         map[string]booking.Idempotency
	calls        map[string]int
	fault        func(ctx context.Context, method string) error
}

func newMemoryStore() *memoryStore {
	return &memoryStore{
		apartments: map[string]booking.Apartment{}, reservations: map[string]booking.Reservation{},
		keys: map[string]booking.Idempotency{}, calls: map[string]int{},
	}
}

// enter counts a call and holds the store until leave.
func (s *memoryStore) enter(ctx context.Context, method string) error {
	s.mu.Lock()
	s.calls[method]++
	fault := s.fault
	s.mu.Unlock()
	defer s.mu.Lock() // also when fault panics: leave follows
	if fault == nil {
		return nil
	}
	return fault(ctx, method)
}

func (s *memoryStore) leave() { s.mu.Unlock() }

// counted answers and forgets the calls made so far.
func (s *memoryStore) counted() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = map[string]int{}
	return calls
}

// edit changes an apartment past all rules.
func (s *memoryStore) edit(id string, change func(*booking.Apartment)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.apartments[id]
	change(&a)
	s.apartments[id] = a
}

func (s *memoryStore) recall(idem *booking.Idempotency) (*booking.Idempotency, error) {
	if idem == nil {
		return nil, nil
	}
	past, ok := s.keys[idem.Principal+"\x00"+idem.Operation+"\x00"+idem.Key]
	if !ok {
		return nil, nil
	}
	if past.Fingerprint != idem.Fingerprint {
		return nil, booking.Refuse(booking.IdempotencyKeyReused, "the key was used for something else")
	}
	return &past, nil
}

func (s *memoryStore) remember(idem *booking.Idempotency) {
	if idem != nil {
		s.keys[idem.Principal+"\x00"+idem.Operation+"\x00"+idem.Key] = *idem
	}
}

func (s *memoryStore) Ping(ctx context.Context) error {
	defer s.leave()
	return s.enter(ctx, "Ping")
}

func (s *memoryStore) CreateApartment(ctx context.Context, a booking.Apartment, idem *booking.Idempotency) (booking.Apartment, error) {
	defer s.leave()
	if err := s.enter(ctx, "CreateApartment"); err != nil {
		return booking.Apartment{}, err
	}
	past, err := s.recall(idem)
	if err != nil {
		return booking.Apartment{}, err
	}
	if past != nil {
		return s.apartments[past.ResultID], nil
	}
	s.apartments[a.ID] = a
	s.order = append(s.order, a.ID)
	s.remember(idem)
	return a, nil
}

func (s *memoryStore) ChangeApartment(ctx context.Context, c booking.ApartmentChange) (booking.Apartment, error) {
	defer s.leave()
	if err := s.enter(ctx, "ChangeApartment"); err != nil {
		return booking.Apartment{}, err
	}
	a, ok := s.apartments[c.Apartment()]
	if !ok {
		return booking.Apartment{}, booking.ApartmentNotFound(c.Apartment())
	}
	next, changed, err := c.Decide(a)
	if err != nil {
		return a, err
	}
	if changed {
		s.apartments[a.ID] = next
	}
	return next, nil
}

func (s *memoryStore) ImportApartments(context.Context, []booking.Apartment) ([]booking.ImportOutcome, error) {
	panic("no test imports")
}

func (s *memoryStore) Apartment(ctx context.Context, id string) (booking.Apartment, error) {
	defer s.leave()
	if err := s.enter(ctx, "Apartment"); err != nil {
		return booking.Apartment{}, err
	}
	a, ok := s.apartments[id]
	if !ok {
		return booking.Apartment{}, booking.ApartmentNotFound(id)
	}
	return a, nil
}

func (s *memoryStore) ApartmentsByID(ctx context.Context, ids []string) (found []booking.Apartment, err error) {
	defer s.leave()
	if err := s.enter(ctx, "ApartmentsByID"); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if a, ok := s.apartments[id]; ok {
			found = append(found, a)
		}
	}
	return found, nil
}

func (s *memoryStore) ListApartments(ctx context.Context, q booking.ApartmentQuery) (booking.Page[booking.Apartment], error) {
	defer s.leave()
	if err := s.enter(ctx, "ListApartments"); err != nil {
		return booking.Page[booking.Apartment]{}, err
	}
	var rows []booking.Apartment
	for _, id := range slices.Backward(s.order) {
		a, ok := s.apartments[id]
		if ok && (q.Status == "" || q.Status == a.Status) && (q.State == "" || q.State == a.State) &&
			(q.MaxPrice == 0 || a.Price.Amount <= q.MaxPrice) && a.Price.Amount >= q.MinPrice {
			rows = append(rows, a)
		}
	}
	if q.Order == booking.ByPrice {
		slices.SortStableFunc(rows, func(a, b booking.Apartment) int { return int(a.Price.Amount - b.Price.Amount) })
	}
	return pageOf(rows, q.First, q.After)
}

func (s *memoryStore) PlaceHold(ctx context.Context, p booking.PlaceHold) (booking.Reservation, error) {
	defer s.leave()
	if err := s.enter(ctx, "PlaceHold"); err != nil {
		return booking.Reservation{}, err
	}
	past, err := s.recall(&p.Idempotency)
	if err != nil {
		return booking.Reservation{}, err
	}
	if past != nil {
		return s.reservations[past.ResultID], nil
	}
	a, ok := s.apartments[p.ApartmentID]
	if !ok {
		return booking.Reservation{}, booking.ApartmentNotFound(p.ApartmentID)
	}
	var current *booking.Reservation
	if r, ok := s.reservations[a.ReservationID]; ok {
		current = &r
	}
	placed, err := p.Decide(a, current)
	if err == nil {
		var used booking.HoldUsage
		for _, r := range s.reservations {
			if r.TenantID == p.TenantID {
				used = used.Plus(r.UsageAt(p.Now))
			}
		}
		err = p.Admit(used)
	}
	if err != nil {
		return booking.Reservation{}, err
	}
	s.apartments[a.ID], s.reservations[p.ReservationID] = placed.Apartment, placed.Reservation
	s.order = append(s.order, p.ReservationID)
	if placed.Expired != nil {
		s.reservations[placed.Expired.ID] = *placed.Expired
	}
	s.remember(&p.Idempotency)
	return placed.Reservation, nil
}

func (s *memoryStore) Apply(ctx context.Context, i booking.Intention, idem *booking.Idempotency) (booking.Booking, error) {
	defer s.leave()
	if err := s.enter(ctx, "Apply"); err != nil {
		return booking.Booking{}, err
	}
	r, ok := s.reservations[i.Reservation()]
	if !ok {
		return booking.Booking{}, booking.ReservationNotFound(i.Reservation())
	}
	b := booking.Booking{Reservation: r}
	if i.NeedsApartment() {
		b.Apartment = s.apartments[r.ApartmentID]
	}
	if past, err := s.recall(idem); err != nil || past != nil {
		return b, err
	}
	next, changed, err := i.Decide(b)
	if err != nil {
		return b, err
	}
	if changed {
		s.reservations[r.ID] = next.Reservation
		if i.NeedsApartment() {
			s.apartments[r.ApartmentID] = next.Apartment
		}
	}
	s.remember(idem)
	return next, nil
}

func (s *memoryStore) Recall(ctx context.Context, idem booking.Idempotency) (*booking.Idempotency, error) {
	defer s.leave()
	if err := s.enter(ctx, "Recall"); err != nil {
		return nil, err
	}
	return s.recall(&idem)
}

func (s *memoryStore) Reservation(ctx context.Context, id string) (booking.Reservation, error) {
	defer s.leave()
	if err := s.enter(ctx, "Reservation"); err != nil {
		return booking.Reservation{}, err
	}
	r, ok := s.reservations[id]
	if !ok {
		return booking.Reservation{}, booking.ReservationNotFound(id)
	}
	return r, nil
}

func (s *memoryStore) ReservationsByID(ctx context.Context, ids []string) (found []booking.Reservation, err error) {
	defer s.leave()
	if err := s.enter(ctx, "ReservationsByID"); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if r, ok := s.reservations[id]; ok {
			found = append(found, r)
		}
	}
	return found, nil
}

func (s *memoryStore) ListReservations(ctx context.Context, q booking.ReservationQuery) (booking.Page[booking.Reservation], error) {
	defer s.leave()
	if err := s.enter(ctx, "ListReservations"); err != nil {
		return booking.Page[booking.Reservation]{}, err
	}
	var rows []booking.Reservation
	for _, id := range slices.Backward(s.order) {
		r, ok := s.reservations[id]
		if ok && (q.TenantID == "" || q.TenantID == r.TenantID) && (q.Status == "" || q.Status == r.Status) &&
			(q.ApartmentID == "" || q.ApartmentID == r.ApartmentID) {
			rows = append(rows, r)
		}
	}
	return pageOf(rows, q.First, q.After)
}

// pageOf cuts a page out of rows; a cursor is the number of rows up to its own.
func pageOf[T any](rows []T, first int, after string) (page booking.Page[T], err error) {
	from := 0
	if after != "" {
		if from, err = strconv.Atoi(after); err != nil || from > len(rows) {
			return page, booking.Invalid("after", "%q is no cursor", after)
		}
	}
	to := min(from+first, len(rows))
	for i := from; i < to; i++ {
		page.Items = append(page.Items, rows[i])
		page.Cursors = append(page.Cursors, strconv.Itoa(i+1))
	}
	page.HasNext = to < len(rows)
	if len(page.Cursors) > 0 {
		page.End = page.Cursors[len(page.Cursors)-1]
	}
	return page, nil
}
