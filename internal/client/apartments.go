package client

import "context"

// ApartmentQuery asks for apartments. Zero values ask for nothing in particular;
// City needs State. Prices are in minor units.
type ApartmentQuery struct {
	State       string
	City        string
	Status      string
	MinBedrooms int
	MinPrice    int64
	MaxPrice    int64
	Order       string // "PRICE" or "NEWEST"
	First       int    // 1 to 100
	After       string // ApartmentPage.EndCursor of the page before
}

func (q ApartmentQuery) variables() map[string]any {
	filter, v := map[string]any{}, map[string]any{"first": q.First}
	set := func(m map[string]any, name string, value any, given bool) {
		if given {
			m[name] = value
		}
	}
	set(filter, "state", q.State, q.State != "")
	set(filter, "city", q.City, q.City != "")
	set(filter, "status", q.Status, q.Status != "")
	set(filter, "minBedrooms", q.MinBedrooms, q.MinBedrooms > 0)
	price := map[string]any{}
	set(price, "min", q.MinPrice, q.MinPrice > 0)
	set(price, "max", q.MaxPrice, q.MaxPrice > 0)
	set(filter, "price", price, len(price) > 0)
	set(v, "filter", filter, len(filter) > 0)
	set(v, "orderBy", q.Order, q.Order != "")
	set(v, "after", q.After, q.After != "")
	return v
}

// ApartmentPage is one page of apartments. It may hold fewer than were asked for
// and still have a next page.
type ApartmentPage struct {
	Apartments []Apartment `json:"apartments"`
	PageInfo
}

// Apartments answers one page. Refused with INVALID_INPUT.
func (c *Client) Apartments(ctx context.Context, q ApartmentQuery) (ApartmentPage, error) {
	var data struct {
		Apartments struct {
			Edges    []struct{ Node Apartment }
			PageInfo PageInfo
		}
	}
	if err := c.call(ctx, "Apartments", q.variables(), &data); err != nil {
		return ApartmentPage{}, err
	}
	page := ApartmentPage{Apartments: make([]Apartment, 0, len(data.Apartments.Edges)), PageInfo: data.Apartments.PageInfo}
	for _, edge := range data.Apartments.Edges {
		page.Apartments = append(page.Apartments, edge.Node)
	}
	return page, nil
}

// Apartment answers an apartment. Refused with NOT_FOUND.
func (c *Client) Apartment(ctx context.Context, id string) (Apartment, error) {
	var data struct{ Apartment *Apartment }
	if err := c.call(ctx, "Apartment", map[string]any{"id": id}, &data); err != nil {
		return Apartment{}, err
	}
	if data.Apartment == nil {
		return Apartment{}, &Refusal{Code: "NOT_FOUND", Field: "id", Message: "there is no apartment " + id}
	}
	return *data.Apartment, nil
}
