package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/client"
)

var (
	apartmentStatuses = []string{"VACANT", "RESERVED", "PAID", "OCCUPIED", "WITHDRAWN"}
	apartmentOrders   = []string{"NEWEST", "PRICE"}
)

type apartmentsFlags struct {
	query              client.ApartmentQuery
	minPrice, maxPrice string
	all, quiet         bool
}

func newApartments(p *program) *cobra.Command {
	var f apartmentsFlags
	command := &cobra.Command{
		Use:   "apartments",
		Short: "List apartments",
		Long: `List apartments, the newest first or the cheapest first.

Prices are in the currency's main unit: --max-price 900 is nine hundred dollars.
With --quiet the ids alone are printed, one a line, for use in scripts.`,
		Example: `  vacancy apartments --status VACANT --state TX --city Austin --order price
  vacancy apartments --min-bedrooms 2 --max-price 900 --all
  APARTMENT=$(vacancy apartments --status VACANT --first 1 --quiet)`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.apartments(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.query.Status, "status", "", "only "+strings.Join(apartmentStatuses, ", ")+" ones")
	flags.StringVar(&f.query.State, "state", "", "only in this state: two letters")
	flags.StringVar(&f.query.City, "city", "", "only in this city; needs --state")
	flags.IntVar(&f.query.MinBedrooms, "min-bedrooms", 0, "at least so many bedrooms")
	flags.StringVar(&f.minPrice, "min-price", "", "at least this price")
	flags.StringVar(&f.maxPrice, "max-price", "", "at most this price")
	flags.StringVar(&f.query.Order, "order", "newest", "newest or price")
	flags.IntVar(&f.query.First, "first", 20, "how many to list")
	flags.StringVar(&f.query.After, "after", "", "go on after this cursor")
	flags.BoolVar(&f.all, "all", false, "list all of them")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the ids alone")
	_ = command.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(apartmentStatuses, cobra.ShellCompDirectiveNoFileComp))
	_ = command.RegisterFlagCompletionFunc("order", cobra.FixedCompletions([]string{"newest", "price"}, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) apartments(ctx context.Context, f apartmentsFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	c, err := p.connect(booking.Tenant)
	if err != nil {
		return err
	}
	list, err := listApartments(ctx, c, f)
	if err != nil {
		return err
	}
	switch {
	case p.global.json:
		return p.printJSON(list)
	case f.quiet:
		for _, a := range list.Apartments {
			p.printf("%s\n", a.ID)
		}
	default:
		p.printApartments(list)
	}
	return nil
}

func (f *apartmentsFlags) check() (err error) {
	q := &f.query
	q.Status, q.State, q.Order = strings.ToUpper(q.Status), strings.ToUpper(q.State), strings.ToUpper(q.Order)
	if q.Status != "" {
		if err := oneOf("--status", q.Status, apartmentStatuses); err != nil {
			return err
		}
	}
	if err := oneOf("--order", q.Order, apartmentOrders); err != nil {
		return err
	}
	if q.MinPrice, err = parsePrice("--min-price", f.minPrice); err != nil {
		return err
	}
	if q.MaxPrice, err = parsePrice("--max-price", f.maxPrice); err != nil {
		return err
	}
	switch {
	case q.First < 1:
		return usagef("--first must be at least 1, it is %d", q.First)
	case q.MinBedrooms < 0:
		return usagef("--min-bedrooms must not be negative, it is %d", q.MinBedrooms)
	case q.City != "" && q.State == "":
		return usagef("--city needs --state: there is a Springfield in most states")
	case q.State != "" && len(q.State) != 2:
		return usagef("--state must be two letters, such as TX, it is %q", q.State)
	case q.MaxPrice > 0 && q.MinPrice > q.MaxPrice:
		return usagef("--min-price %s is more than --max-price %s", f.minPrice, f.maxPrice)
	}
	return nil
}

// listApartments reads pages until it has as many as were asked for: a page may hold
// fewer although there are more.
func listApartments(ctx context.Context, c *client.Client, f apartmentsFlags) (client.ApartmentPage, error) {
	const pageSize = 100
	list := client.ApartmentPage{Apartments: []client.Apartment{}}
	for q := f.query; ; q.After = list.EndCursor {
		q.First = pageSize
		if !f.all {
			q.First = min(pageSize, f.query.First-len(list.Apartments))
		}
		page, err := c.Apartments(ctx, q)
		if err != nil {
			return list, err
		}
		list.Apartments = append(list.Apartments, page.Apartments...)
		list.PageInfo = page.PageInfo
		if !page.HasNextPage || !f.all && len(list.Apartments) >= f.query.First {
			return list, nil
		}
	}
}

func (p *program) printApartments(list client.ApartmentPage) {
	if len(list.Apartments) == 0 {
		p.notef("No such apartment.\n")
		return
	}
	t := p.newTable("ID", "CITY", "BEDS", "BATHS", "SQ FT", "PRICE", "PER", "STATUS", "TITLE")
	t.SetColumnConfigs([]table.ColumnConfig{
		number("BEDS"), number("BATHS"), number("SQ FT"), number("PRICE"),
		{Name: "TITLE", WidthMax: 40, WidthMaxEnforcer: shorten},
	})
	for _, a := range list.Apartments {
		t.AppendRow(table.Row{a.ID, place(a), formatOptional(a.Bedrooms), formatOptional(a.Bathrooms),
			formatOptional(a.SquareFeet), formatMoney(a.Price), period(a.RentPeriod), statusUntil(a), a.Title})
	}
	t.Render()
	if list.HasNextPage {
		p.notef("There are more: --all lists them all, --after %s goes on from here.\n", list.EndCursor)
	}
}

func place(a client.Apartment) string {
	return strings.TrimPrefix(strings.TrimSuffix(a.City+", "+a.State, ", "), ", ")
}

func period(p string) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(p), "_or_", "/"), "ly", ""), "/")
}

func statusUntil(a client.Apartment) string {
	if a.HoldExpiresAt == nil {
		return a.Status
	}
	return a.Status + " until " + a.HoldExpiresAt.UTC().Format("15:04:05")
}

func shorten(s string, width int) string {
	if runes := []rune(s); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return s
}
