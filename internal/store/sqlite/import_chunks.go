package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

const chunkColumns = "number, state, rows, first, last, outcome"

func scanChunk(c *columns) (chunk batch.Chunk, err error) {
	chunk.Number, chunk.State, chunk.Rows = int(c.int()), batch.ChunkState(c.text()), int(c.int())
	chunk.First, chunk.Last = int(c.int()), int(c.int())
	return chunk, json.Unmarshal(c.bytes(), &chunk.Outcome)
}

// readChunk answers a chunk without its records.
func readChunk(conn *sqlite.Conn, i importRow, number int) (chunk batch.Chunk, err error) {
	found, err := queryOne(conn, "SELECT "+chunkColumns+" FROM import_chunks WHERE import = ? AND number = ?",
		func(p *params) { p.int(i.seq).int(int64(number)) },
		func(c *columns) (err error) {
			chunk, err = scanChunk(c)
			return err
		})
	if err == nil && !found {
		err = noChunk(i.ID, number)
	}
	return chunk, err
}

func noChunk(id string, number int) error { return fmt.Errorf("import %s has no chunk %d", id, number) }

// StageChunk implements batch.Store.
func (s *Imports) StageChunk(ctx context.Context, id string, c batch.Chunk) error {
	records, err := json.Marshal(c.Records)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		i, err := readImport(conn, id)
		if err != nil {
			return err
		}
		if i.Status != batch.Processing {
			return batch.TooLate(i.Import, fmt.Sprintf("staging chunk %d", c.Number))
		}
		_, err = exec(conn, `INSERT INTO import_chunks (import, number, state, rows, first, last, outcome, records) VALUES (?, ?, ?, ?, ?, ?, '{}', ?)
			ON CONFLICT (import, number) DO NOTHING`,
			func(p *params) {
				p.int(i.seq).int(int64(c.Number)).text(string(c.State)).int(int64(c.Rows)).int(int64(c.First)).int(int64(c.Last)).json(records)
			})
		return err
	})
}

// Chunk implements batch.Store.
func (s *Imports) Chunk(ctx context.Context, id string, number int) (chunk batch.Chunk, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err := queryOne(conn, "SELECT "+chunkColumns+", records FROM import_chunks WHERE import = (SELECT seq FROM imports WHERE id = ?) AND number = ?",
			func(p *params) { p.text(id).int(int64(number)) },
			func(c *columns) (err error) {
				if chunk, err = scanChunk(c); err != nil || c.null() {
					return err
				}
				return json.Unmarshal(c.bytes(), &chunk.Records)
			})
		if err == nil && !found {
			err = noChunk(id, number)
		}
		return err
	})
	return chunk, err
}

// Chunks implements batch.Store.
func (s *Imports) Chunks(ctx context.Context, id string) ([]batch.Chunk, error) {
	var chunks []batch.Chunk
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		chunks = nil
		return query(conn, "SELECT "+chunkColumns+" FROM import_chunks WHERE import = (SELECT seq FROM imports WHERE id = ?) ORDER BY number",
			func(p *params) { p.text(id) },
			func(c *columns) (bool, error) {
				chunk, err := scanChunk(c)
				chunks = append(chunks, chunk)
				return err == nil, err
			})
	})
	return chunks, err
}

// TransformChunk implements batch.Store. The chunk is one write; it looks at everything
// before it writes anything, as writes of a group should.
func (s *Imports) TransformChunk(ctx context.Context, t batch.Transformation) (batch.Chunk, error) {
	var chunk batch.Chunk
	err := s.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		i, err := readImport(conn, t.ImportID)
		if err != nil {
			return err
		}
		if chunk, err = readChunk(conn, i, t.Chunk); err != nil {
			return err
		}
		if chunk.State == batch.Transformed {
			return nil
		}
		if i.Status != batch.Transforming || chunk.State != batch.Staged {
			return batch.TooLate(i.Import, fmt.Sprintf("transforming chunk %d", t.Chunk))
		}
		fresh, err := newListings(conn, t.Apartments)
		if err != nil {
			return err
		}
		chunk.State, chunk.Outcome = batch.Transformed, t.Outcome
		chunk.Outcome.Created, chunk.Outcome.Unchanged = len(fresh), len(t.Apartments)-len(fresh)
		if !i.DryRun {
			for _, a := range fresh {
				if created, err := insertApartment(conn, a, i.seq); err != nil {
					return err
				} else if !created {
					return fmt.Errorf("the listing %s is twice in chunk %d", a.SourceID, t.Chunk)
				}
			}
		}
		outcome, err := json.Marshal(chunk.Outcome)
		if err != nil {
			return err
		}
		_, err = exec(conn, "UPDATE import_chunks SET state = ?, outcome = ? WHERE import = ? AND number = ?",
			func(p *params) { p.text(string(chunk.State)).json(outcome).int(i.seq).int(int64(t.Chunk)) })
		return err
	})
	return chunk, err
}

// newListings answers those of the apartments whose SourceID is not known, or batch.Busy.
func newListings(conn *sqlite.Conn, all []booking.Apartment) ([]booking.Apartment, error) {
	var fresh []booking.Apartment
	for _, a := range all {
		shown := false
		found, err := queryOne(conn, "SELECT "+visible+" FROM apartments WHERE source_id = ?",
			func(p *params) { p.text(a.SourceID) },
			func(c *columns) error {
				shown = c.bool()
				return nil
			})
		switch {
		case err != nil:
			return nil, err
		case !found:
			fresh = append(fresh, a)
		case !shown:
			return nil, batch.Busy(a.SourceID)
		}
	}
	return fresh, nil
}

// UndoChunk implements batch.Store.
func (s *Imports) UndoChunk(ctx context.Context, id string, number int) error {
	return s.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		i, err := readImport(conn, id)
		if err != nil {
			return err
		}
		chunk, err := readChunk(conn, i, number)
		if err != nil {
			return err
		}
		if i.Status != batch.RollingBack {
			return batch.TooLate(i.Import, fmt.Sprintf("undoing chunk %d", number))
		}
		if _, err := exec(conn, "DELETE FROM apartments WHERE id >= ? AND id <= ? AND batch = ?",
			func(p *params) {
				p.text(batch.ApartmentID(id, chunk.First)).text(batch.ApartmentID(id, chunk.Last)).int(i.seq)
			}); err != nil {
			return err
		}
		_, err = exec(conn, "UPDATE import_chunks SET state = ? WHERE import = ? AND number = ?",
			func(p *params) { p.text(string(batch.Undone)).int(i.seq).int(int64(number)) })
		return err
	})
}
