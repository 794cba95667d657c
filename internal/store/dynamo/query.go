package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// Range is a range of an index: the items of its partitions whose sort key is from From to
// To, both included, in order.
type Range struct {
	Index      Index
	Partitions []string // merged into one order
	From, To   string
	Descending bool
	// Limit bounds how many rows of the index are read.
	Limit int
	// Likely is how many rows will be looked at, if all goes well: what is read ahead.
	Likely int
}

// Row is what an index says of an item: its key, its place in the index and what is
// projected. An index may lag behind the table; whoever decides something reads the item.
type Row struct {
	Key
	// Sort is the index's sort key.
	Sort       string
	attributes attributes
}

// Decode fills v from the projected attributes.
func (r Row) Decode(v any) error { return Stored{Key: r.Key, attributes: r.attributes}.Decode(v) }

// Rows goes through a range. It reads in pages, and no more than the range's Limit.
type Rows struct {
	table *Table
	Range
	read  int
	parts []part
}

// part is what has been read of one partition and not been answered yet.
type part struct {
	rows []Row
	last attributes // where the next page begins; nil: at the beginning
	done bool       // there is no next page
}

// Query begins to go through a range.
func (t *Table) Query(r Range) *Rows {
	return &Rows{table: t, Range: r, parts: make([]part, len(r.Partitions))}
}

// Next answers the next row; ok is false when there is none, or when more than Limit
// would have to be read to know.
func (r *Rows) Next(ctx context.Context) (row Row, ok bool, err error) {
	if err := r.fill(ctx); err != nil {
		return Row{}, false, err
	}
	first := -1
	for i, p := range r.parts {
		switch {
		case len(p.rows) == 0 && !p.done:
			return Row{}, false, nil // what is next may be behind the limit
		case len(p.rows) > 0 && (first < 0 || r.before(p.rows[0], r.parts[first].rows[0])):
			first = i
		}
	}
	if first < 0 {
		return Row{}, false, nil
	}
	p := &r.parts[first]
	row, p.rows = p.rows[0], p.rows[1:]
	return row, true, nil
}

// Exhausted reports whether the range has been read to its end.
func (r *Rows) Exhausted() bool {
	for _, p := range r.parts {
		if len(p.rows) > 0 || !p.done {
			return false
		}
	}
	return true
}

func (r *Rows) before(a, b Row) bool {
	if r.Descending {
		a, b = b, a
	}
	return a.Sort < b.Sort
}

// fill reads the next page of each partition of which nothing is left, all at once.
func (r *Rows) fill(ctx context.Context) error {
	var empty []int
	for i, p := range r.parts {
		if len(p.rows) == 0 && !p.done {
			empty = append(empty, i)
		}
	}
	if len(empty) == 0 || r.read >= r.Limit {
		return nil
	}
	size := min((r.Limit-r.read)/len(empty), max(r.Likely, r.read/2))
	if size == 0 {
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, i := range empty {
		group.Go(func() error { return r.page(ctx, r.Partitions[i], &r.parts[i], size) })
	}
	err := group.Wait()
	for _, i := range empty {
		r.read += len(r.parts[i].rows)
	}
	return err
}

func (r *Rows) page(ctx context.Context, partition string, p *part, size int) error {
	out, err := r.table.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &r.table.name, IndexName: aws.String(r.Index.Name()), Limit: aws.Int32(int32(size)),
		ScanIndexForward: aws.Bool(!r.Descending), ExclusiveStartKey: p.last,
		KeyConditionExpression:    aws.String("#pk = :pk AND #sk BETWEEN :from AND :to"),
		ExpressionAttributeNames:  map[string]string{"#pk": r.Index.PartitionKey(), "#sk": r.Index.SortKey()},
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text(partition), ":from": text(r.From), ":to": text(r.To)},
	})
	if err != nil {
		return fmt.Errorf("query %s of %s: %w", partition, r.Index.Name(), err)
	}
	for _, a := range out.Items {
		p.rows = append(p.rows, Row{Key: stored(a).Key, Sort: textOf(a[r.Index.SortKey()]), attributes: a})
	}
	p.last, p.done = out.LastEvaluatedKey, len(out.LastEvaluatedKey) == 0
	return nil
}
