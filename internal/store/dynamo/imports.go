package dynamo

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vacancy/vacancy/internal/saga/batch"
)

// Imports is a batch.Store on the same table. It is safe for concurrent use, by any number of
// processes. docs/dynamodb.md lists its items.
type Imports struct {
	table *Table
	store *Store
}

var _ batch.Store = (*Imports)(nil)

// Imports answers the atomic imports of the same table.
func (s *Store) Imports() *Imports { return &Imports{s.table, s} }

// importItem is an import. Readers of apartments ask for its status.
type importItem struct {
	Type   string       `dynamodbav:"type"`
	Status batch.Status `dynamodbav:"status"`
	Import string       `dynamodbav:"import"` // JSON

	// Those that are open, for the sweeper.
	Open   string `dynamodbav:"gsi5pk,omitempty"`
	OpenAt string `dynamodbav:"gsi5sk,omitempty"`
	// Those that need attention, for operators.
	Attention   string `dynamodbav:"gsi4pk,omitempty"`
	AttentionAt string `dynamodbav:"gsi4sk,omitempty"`
}

func itemOfImport(i batch.Import) (importItem, error) {
	content, err := json.Marshal(i)
	item := importItem{Type: importKind, Status: i.Status, Import: string(content)}
	if i.Open {
		item.Open, item.OpenAt = openImports, timeSort(i.CreatedAt, i.ID)
	}
	if i.Status == batch.NeedsAttention {
		item.Attention, item.AttentionAt = importsNeedingAttention, timeSort(i.CreatedAt, i.ID)
	}
	return item, err
}

func importOf(s Stored) (i batch.Import, err error) {
	var item importItem
	if err := s.Decode(&item); err != nil {
		return i, err
	}
	if err := json.Unmarshal([]byte(item.Import), &i); err != nil {
		return i, fmt.Errorf("item %s: %w", s.Key, err)
	}
	return i, nil
}

// read answers the import, or batch.NotFound.
func (s *Imports) read(ctx context.Context, id string) (batch.Import, Stored, error) {
	was, err := s.table.Get(ctx, importKey(id))
	if err == nil && !was.Exists() {
		err = batch.NotFound(id)
	}
	if err != nil {
		return batch.Import{}, was, err
	}
	i, err := importOf(was)
	return i, was, err
}

// Create implements batch.Store.
func (s *Imports) Create(ctx context.Context, i batch.Import) error {
	_, err := Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[struct{}], err error) {
		was, err := s.table.Get(ctx, importKey(i.ID))
		if err != nil || was.Exists() {
			return d, err
		}
		item, err := itemOfImport(i)
		d.Transaction = &Transaction{}
		Put(d.Transaction, was, item)
		return d, err
	})
	return err
}

// Import implements batch.Store.
func (s *Imports) Import(ctx context.Context, id string) (batch.Import, error) {
	i, _, err := s.read(ctx, id)
	return i, err
}

// Change implements batch.Store.
func (s *Imports) Change(ctx context.Context, id string, c batch.Change) (batch.Import, error) {
	return Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[batch.Import], err error) {
		i, was, err := s.read(ctx, id)
		if err != nil {
			return d, err
		}
		next, changed, err := c.Decide(i)
		d.Answer = next
		if err != nil || !changed {
			return d, err
		}
		item, err := itemOfImport(next)
		d.Transaction = &Transaction{}
		Put(d.Transaction, was, item)
		return d, err
	})
}

// Open implements batch.Store.
func (s *Imports) Open(ctx context.Context, limit int) ([]batch.Import, error) {
	return s.list(ctx, Index5, openImports, limit, func(i batch.Import) bool { return i.Open })
}

// NeedingAttention implements batch.Store.
func (s *Imports) NeedingAttention(ctx context.Context, limit int) ([]batch.Import, error) {
	return s.list(ctx, Index4, importsNeedingAttention, limit, func(i batch.Import) bool { return i.Status == batch.NeedsAttention })
}

func (s *Imports) list(ctx context.Context, index Index, partition string, limit int, wanted func(batch.Import) bool) ([]batch.Import, error) {
	imports := Range{Index: index, Partitions: []string{partition}, From: first, To: last}
	return listSagas(ctx, s.table, imports, limit, func(ctx context.Context, k Key) (batch.Import, error) { return s.Import(ctx, k.PK) }, wanted)
}

// partItem is a part of the file.
type partItem struct {
	Type string `dynamodbav:"type"`
	Data []byte `dynamodbav:"data"`
}

// StorePart implements batch.Store.
func (s *Imports) StorePart(ctx context.Context, id string, part int, data []byte) error {
	_, err := Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[struct{}], err error) {
		i, was, err := s.read(ctx, id)
		if err != nil {
			return d, err
		}
		if i.Status != batch.Receiving {
			return d, batch.TooLate(i, fmt.Sprintf("storing part %d", part))
		}
		there, err := s.table.Get(ctx, partKey(id, part))
		d.Transaction = &Transaction{}
		d.Transaction.Check(was)
		Put(d.Transaction, there, partItem{Type: partKind, Data: data})
		return d, err
	})
	return err
}

// Part implements batch.Store.
func (s *Imports) Part(ctx context.Context, id string, part int) ([]byte, error) {
	was, err := s.table.Get(ctx, partKey(id, part))
	if err == nil && !was.Exists() {
		err = fmt.Errorf("import %s has no part %d", id, part)
	}
	if err != nil {
		return nil, err
	}
	var item partItem
	err = was.Decode(&item)
	return item.Data, err
}

// Clear implements batch.Store.
func (s *Imports) Clear(ctx context.Context, id string) error {
	i, _, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	if i.Status != batch.RollingBack && i.Status != batch.Published {
		return batch.TooLate(i, "clearing away what is staged")
	}
	for _, kind := range []string{partKind, recordsKind} {
		items, err := s.table.Partition(ctx, id, kind+"#", PartitionKey, SortKey)
		if err != nil {
			return err
		}
		keys := make([]Key, len(items))
		for n, item := range items {
			keys[n] = item.Key
		}
		if err := s.table.DeleteAll(ctx, keys); err != nil {
			return err
		}
	}
	return nil
}

// Left implements batch.Store.
func (s *Imports) Left(ctx context.Context, id string) (left batch.Left, err error) {
	if _, _, err := s.read(ctx, id); err != nil {
		return left, err
	}
	parts, err := s.table.Partition(ctx, id, partKind+"#", PartitionKey, SortKey)
	if err != nil {
		return left, err
	}
	records, err := s.table.Partition(ctx, id, recordsKind+"#", PartitionKey, SortKey)
	if err != nil {
		return left, err
	}
	apartments, err := s.apartments(ctx, id)
	return batch.Left{Apartments: len(apartments), Chunks: len(records), Parts: len(parts)}, err
}

// apartments answers the apartments that came by the import, published or not.
func (s *Imports) apartments(ctx context.Context, id string) ([]Stored, error) {
	chunks, err := s.Chunks(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []Stored
	for _, c := range chunks {
		some, err := s.apartmentsOf(ctx, id, c)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// apartmentsOf answers those of one chunk. Their ids follow from its lines.
func (s *Imports) apartmentsOf(ctx context.Context, id string, c batch.Chunk) ([]Stored, error) {
	var keys []Key
	for line := c.First; line <= c.Last; line++ {
		keys = append(keys, apartmentKey(batch.ApartmentID(id, line)))
	}
	found, err := s.table.GetAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	var all []Stored
	for _, k := range keys {
		if was, there := found[k]; there && was.batch() == id {
			all = append(all, was)
		}
	}
	return all, nil
}
