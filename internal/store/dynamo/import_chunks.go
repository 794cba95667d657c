package dynamo

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

// chunkItem is what an import keeps of a chunk. It is the fence between transforming and
// undoing: either writes its rows on the condition that this item is as it was read.
type chunkItem struct {
	Type    string           `dynamodbav:"type"`
	Number  int              `dynamodbav:"number"`
	State   batch.ChunkState `dynamodbav:"state"`
	Rows    int              `dynamodbav:"rows"`
	First   int              `dynamodbav:"first"`
	Last    int              `dynamodbav:"last"`
	Outcome string           `dynamodbav:"outcome"` // JSON
	// Undoing: no row is written any more, and the rows are being removed.
	Undoing bool `dynamodbav:"undoing,omitempty"`
}

func (i chunkItem) chunk() (batch.Chunk, error) {
	c := batch.Chunk{Number: i.Number, State: i.State, Rows: i.Rows, First: i.First, Last: i.Last}
	return c, json.Unmarshal([]byte(i.Outcome), &c.Outcome)
}

func chunkOf(s Stored) (batch.Chunk, chunkItem, error) {
	var i chunkItem
	if err := s.Decode(&i); err != nil {
		return batch.Chunk{}, i, err
	}
	c, err := i.chunk()
	if err != nil {
		err = fmt.Errorf("item %s: %w", s.Key, err)
	}
	return c, i, err
}

// recordsItem are the records of a chunk: JSON, packed, since an item has at most 400 KB.
type recordsItem struct {
	Type    string `dynamodbav:"type"`
	Records []byte `dynamodbav:"records"`
}

func pack(records []batch.Record) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	err := errors.Join(json.NewEncoder(w).Encode(records), w.Close())
	return packed.Bytes(), err
}

func unpack(packed []byte) (records []batch.Record, err error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return records, json.NewDecoder(r).Decode(&records)
}

// StageChunk implements batch.Store.
func (s *Imports) StageChunk(ctx context.Context, id string, c batch.Chunk) error {
	packed, err := pack(c.Records)
	if err != nil {
		return err
	}
	_, err = Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[struct{}], err error) {
		i, was, err := s.read(ctx, id)
		if err != nil {
			return d, err
		}
		if i.Status != batch.Processing {
			return d, batch.TooLate(i, fmt.Sprintf("staging chunk %d", c.Number))
		}
		there, err := s.table.Get(ctx, chunkKey(id, c.Number))
		if err != nil || there.Exists() {
			return d, err
		}
		d.Transaction = &Transaction{}
		d.Transaction.Check(was)
		Put(d.Transaction, there, chunkItem{Type: chunkKind, Number: c.Number, State: c.State, Rows: c.Rows, First: c.First, Last: c.Last, Outcome: "{}"})
		Create(d.Transaction, recordsKey(id, c.Number), recordsItem{Type: recordsKind, Records: packed})
		return d, nil
	})
	return err
}

// readChunk answers a chunk that must be there, without its records.
func (s *Imports) readChunk(ctx context.Context, id string, number int) (batch.Chunk, chunkItem, Stored, error) {
	was, err := s.table.Get(ctx, chunkKey(id, number))
	if err == nil && !was.Exists() {
		err = fmt.Errorf("import %s has no chunk %d", id, number)
	}
	if err != nil {
		return batch.Chunk{}, chunkItem{}, was, err
	}
	c, item, err := chunkOf(was)
	return c, item, was, err
}

// Chunk implements batch.Store.
func (s *Imports) Chunk(ctx context.Context, id string, number int) (batch.Chunk, error) {
	c, _, _, err := s.readChunk(ctx, id, number)
	if err != nil {
		return c, err
	}
	was, err := s.table.Get(ctx, recordsKey(id, number))
	if err != nil || !was.Exists() {
		return c, err // cleared away
	}
	var item recordsItem
	if err := was.Decode(&item); err != nil {
		return c, err
	}
	if c.Records, err = unpack(item.Records); err != nil {
		err = fmt.Errorf("item %s: %w", was.Key, err)
	}
	return c, err
}

// Chunks implements batch.Store.
func (s *Imports) Chunks(ctx context.Context, id string) ([]batch.Chunk, error) {
	items, err := s.table.Partition(ctx, id, chunkKind+"#")
	if err != nil {
		return nil, err
	}
	chunks := make([]batch.Chunk, len(items))
	for n, was := range items {
		if chunks[n], _, err = chunkOf(was); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

// rowsAtOnce is how many listings one transaction takes: two items each, beside the chunk.
const rowsAtOnce = (MaxTransaction - 1) / 2

// TransformChunk implements batch.Store. The rows are written by as many transactions as they
// need, each on the condition that the chunk is not being undone; the last write is the
// chunk's. Rows of a call that was cut short are found by the next.
func (s *Imports) TransformChunk(ctx context.Context, t batch.Transformation) (batch.Chunk, error) {
	i, _, err := s.read(ctx, t.ImportID)
	if err != nil {
		return batch.Chunk{}, err
	}
	c, item, _, err := s.readChunk(ctx, t.ImportID, t.Chunk)
	if err != nil || c.State == batch.Transformed {
		return c, err
	}
	tooLate := batch.TooLate(i, fmt.Sprintf("transforming chunk %d", t.Chunk))
	if i.Status != batch.Transforming || c.State != batch.Staged || item.Undoing {
		return c, tooLate
	}
	fresh, err := s.newListings(ctx, t)
	if err != nil {
		return c, err
	}
	if !i.DryRun {
		for rows := range slices.Chunk(fresh, rowsAtOnce) {
			if err := s.writeRows(ctx, t, rows, tooLate); err != nil {
				return c, err
			}
		}
	}
	outcome := t.Outcome
	outcome.Created, outcome.Unchanged = len(fresh), len(t.Apartments)-len(fresh)
	content, err := json.Marshal(outcome)
	if err != nil {
		return c, err
	}
	return Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[batch.Chunk], err error) {
		c, item, was, err := s.readChunk(ctx, t.ImportID, t.Chunk)
		d.Answer = c
		if err != nil || c.State == batch.Transformed {
			return d, err
		}
		if item.Undoing {
			return d, tooLate
		}
		item.State, item.Outcome = batch.Transformed, string(content)
		d.Answer.State, d.Answer.Outcome = batch.Transformed, outcome
		d.Transaction = &Transaction{}
		Put(d.Transaction, was, item)
		return d, nil
	})
}

// newListings answers those of the apartments whose SourceID is not known, or is by an
// earlier call of the same transformation; or batch.Busy.
func (s *Imports) newListings(ctx context.Context, t batch.Transformation) ([]booking.Apartment, error) {
	keys := make([]Key, len(t.Apartments))
	for n, a := range t.Apartments {
		keys[n] = sourceKey(a.SourceID)
	}
	there, err := s.table.GetAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	var others []Stored
	for _, was := range there {
		if was.batch() != t.ImportID {
			others = append(others, was)
		}
	}
	v := s.store.view()
	if _, err := v.look(ctx, others); err != nil {
		return nil, err
	}
	var fresh []booking.Apartment
	for n, a := range t.Apartments {
		was, known := there[keys[n]]
		switch {
		case !known || was.batch() == t.ImportID:
			fresh = append(fresh, a)
		case !v.shows(was):
			return nil, batch.Busy(a.SourceID)
		}
	}
	return fresh, nil
}

// importedItem is an apartment that came by an import.
type importedItem struct {
	apartmentItem
	Batch string `dynamodbav:"batch"`
}

// writeRows writes apartments in one transaction, but for those that are there already.
func (s *Imports) writeRows(ctx context.Context, t batch.Transformation, rows []booking.Apartment, tooLate error) error {
	_, err := Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[struct{}], err error) {
		_, item, was, err := s.readChunk(ctx, t.ImportID, t.Chunk)
		if err != nil {
			return d, err
		}
		if item.State == batch.Transformed {
			return d, nil // by another call
		}
		if item.State != batch.Staged || item.Undoing {
			return d, tooLate
		}
		keys := make([]Key, 0, len(rows))
		for _, a := range rows {
			keys = append(keys, sourceKey(a.SourceID))
		}
		there, err := s.table.GetAll(ctx, keys)
		if err != nil {
			return d, err
		}
		d.Transaction = &Transaction{}
		for n, a := range rows {
			if known, again := there[keys[n]]; again {
				if known.batch() != t.ImportID {
					return d, batch.Busy(a.SourceID) // known only since it was looked for: counted anew
				}
				continue
			}
			Create(d.Transaction, apartmentKey(a.ID), importedItem{itemOfApartment(a), t.ImportID})
			Create(d.Transaction, keys[n], sourceItem{Type: sourceKind, ApartmentID: a.ID, Batch: t.ImportID})
		}
		if d.Transaction.Len() > 0 {
			d.Transaction.Check(was)
		}
		return d, nil
	})
	return err
}

// UndoChunk implements batch.Store. It puts up the fence first, so that what it does not
// find to be removed will not come.
func (s *Imports) UndoChunk(ctx context.Context, id string, number int) error {
	i, _, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	if i.Status != batch.RollingBack {
		return batch.TooLate(i, fmt.Sprintf("undoing chunk %d", number))
	}
	mark := func(change func(*chunkItem)) error {
		_, err := Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[struct{}], err error) {
			_, item, was, err := s.readChunk(ctx, id, number)
			next := item
			change(&next)
			if err != nil || next == item {
				return d, err
			}
			d.Transaction = &Transaction{}
			Put(d.Transaction, was, next)
			return d, nil
		})
		return err
	}
	if err := mark(func(c *chunkItem) { c.Undoing = true }); err != nil {
		return err
	}
	c, _, _, err := s.readChunk(ctx, id, number)
	if err != nil {
		return err
	}
	rows, err := s.apartmentsOf(ctx, id, c)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(rows, rowsAtOnce) {
		if err := s.removeRows(ctx, some); err != nil {
			return err
		}
	}
	return mark(func(c *chunkItem) { c.State = batch.Undone })
}

// removeRows removes apartments that nobody has seen, and frees their listings.
func (s *Imports) removeRows(ctx context.Context, rows []Stored) error {
	_, err := Change(ctx, s.table, func(ctx context.Context, _ int) (d Decision[struct{}], err error) {
		keys := make([]Key, len(rows))
		for n, was := range rows {
			keys[n] = was.Key
		}
		there, err := s.table.GetAll(ctx, keys)
		if err != nil {
			return d, err
		}
		d.Transaction = &Transaction{}
		for _, k := range keys {
			was, left := there[k]
			if !left {
				continue // by another call
			}
			a, err := apartmentOf(was)
			if err != nil {
				return d, err
			}
			source, err := s.table.Get(ctx, sourceKey(a.SourceID))
			if err != nil {
				return d, err
			}
			d.Transaction.Delete(was)
			d.Transaction.Delete(source)
		}
		return d, nil
	})
	return err
}
