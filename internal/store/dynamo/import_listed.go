package dynamo

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// lookAtOnce bounds the queries under way to see whether the indexes show an import.
const lookAtOnce = 32

// errNotShown ends the look at the first row that is missing.
var errNotShown = errors.New("a row is not shown yet")

// place is a partition of an index.
type place struct {
	index     Index
	partition string
}

// Listed implements batch.Store. It looks for each apartment of the import in each index
// that it belongs to: an index lags behind the table, and who reads one in which some of a
// published import are still missing would see a part of it.
func (s *Imports) Listed(ctx context.Context, id string) (bool, error) {
	apartments, err := s.apartments(ctx, id)
	if err != nil {
		return false, err
	}
	expected := map[place]map[string]bool{} // sort keys
	for _, a := range apartments {
		for _, index := range Indexes() {
			p := place{index, textOf(a.attributes[index.PartitionKey()])}
			if p.partition == "" {
				continue
			}
			if expected[p] == nil {
				expected[p] = map[string]bool{}
			}
			expected[p][textOf(a.attributes[index.SortKey()])] = true
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(lookAtOnce)
	for p, sorts := range expected {
		group.Go(func() error {
			shown, err := s.shows(ctx, p, sorts)
			if err == nil && !shown {
				err = errNotShown
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		if errors.Is(err, errNotShown) {
			return false, nil
		}
		return false, err
	}
	return true, nil
}

// shows reports whether a partition has all rows of these sort keys. It reads from the first
// to the last of them while that is no more than some pages, and otherwise each by itself.
func (s *Imports) shows(ctx context.Context, p place, sorts map[string]bool) (bool, error) {
	from, to := "", ""
	for sort := range sorts {
		if from == "" || sort < from {
			from = sort
		}
		to = max(to, sort)
	}
	const page = 1000
	rows := s.table.Query(Range{Index: p.index, Partitions: []string{p.partition}, From: from, To: to,
		Limit: page * (1 + len(sorts)), Likely: min(page, 2*len(sorts))})
	missing := len(sorts)
	for missing > 0 {
		row, ok, err := rows.Next(ctx)
		if err != nil {
			return false, err
		}
		if !ok {
			break
		}
		if sorts[row.Sort] {
			missing--
		}
	}
	if missing == 0 || rows.Exhausted() {
		return missing == 0, nil
	}
	for sort := range sorts {
		_, ok, err := s.table.Query(Range{Index: p.index, Partitions: []string{p.partition}, From: sort, To: sort, Limit: 1, Likely: 1}).Next(ctx)
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}
