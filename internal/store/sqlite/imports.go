package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

// Imports is a batch.Store in the store's file. It is safe for concurrent use.
type Imports struct{ db *groupcommit.DB }

var _ batch.Store = (*Imports)(nil)

const (
	openImports = "SELECT item FROM imports WHERE open = 1 ORDER BY seq LIMIT ?"
	// The condition is that of the index, to the letter.
	importsNeedingAttention = "SELECT item FROM imports WHERE status = 'NEEDS_ATTENTION' ORDER BY seq LIMIT ?"
)

// importRow is an import and its place in the file.
type importRow struct {
	batch.Import
	seq int64
}

// readImport answers the import, or batch.NotFound.
func readImport(conn *sqlite.Conn, id string) (i importRow, err error) {
	found, err := queryOne(conn, "SELECT seq, item FROM imports WHERE id = ?",
		func(p *params) { p.text(id) },
		func(c *columns) error {
			i.seq = c.int()
			return json.Unmarshal(c.bytes(), &i.Import)
		})
	if err == nil && !found {
		err = batch.NotFound(id)
	}
	return i, err
}

// Create implements batch.Store.
func (s *Imports) Create(ctx context.Context, i batch.Import) error {
	item, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		_, err := exec(conn, "INSERT INTO imports (id, status, open, item) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
			func(p *params) { p.text(i.ID).text(string(i.Status)).bool(i.Open).json(item) })
		return err
	})
}

// Import implements batch.Store.
func (s *Imports) Import(ctx context.Context, id string) (batch.Import, error) {
	var row importRow
	err := s.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		row, err = readImport(conn, id)
		return err
	})
	return row.Import, err
}

// Change implements batch.Store.
func (s *Imports) Change(ctx context.Context, id string, c batch.Change) (batch.Import, error) {
	var result batch.Import
	err := s.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		row, err := readImport(conn, id)
		if err != nil {
			return err
		}
		next, changed, err := c.Decide(row.Import)
		if err != nil {
			return err
		}
		result = next
		if !changed {
			return nil
		}
		item, err := json.Marshal(next)
		if err != nil {
			return err
		}
		_, err = exec(conn, "UPDATE imports SET status = ?, open = ?, item = ? WHERE seq = ?",
			func(p *params) { p.text(string(next.Status)).bool(next.Open).json(item).int(row.seq) })
		return err
	})
	return result, err
}

// Open implements batch.Store.
func (s *Imports) Open(ctx context.Context, limit int) ([]batch.Import, error) {
	return s.list(ctx, openImports, limit)
}

// NeedingAttention implements batch.Store.
func (s *Imports) NeedingAttention(ctx context.Context, limit int) ([]batch.Import, error) {
	return s.list(ctx, importsNeedingAttention, limit)
}

func (s *Imports) list(ctx context.Context, sql string, limit int) ([]batch.Import, error) {
	var all []batch.Import
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		all = nil
		return query(conn, sql, func(p *params) { p.int(int64(limit)) },
			func(c *columns) (bool, error) {
				var i batch.Import
				err := json.Unmarshal(c.bytes(), &i)
				all = append(all, i)
				return err == nil, err
			})
	})
	return all, err
}

// StorePart implements batch.Store.
func (s *Imports) StorePart(ctx context.Context, id string, part int, data []byte) error {
	return s.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		i, err := readImport(conn, id)
		if err != nil {
			return err
		}
		if i.Status != batch.Receiving {
			return batch.TooLate(i.Import, fmt.Sprintf("storing part %d", part))
		}
		_, err = exec(conn, "INSERT INTO import_parts (import, part, data) VALUES (?, ?, ?) ON CONFLICT (import, part) DO UPDATE SET data = excluded.data",
			func(p *params) { p.int(i.seq).int(int64(part)).bytes(data) })
		return err
	})
}

// Part implements batch.Store.
func (s *Imports) Part(ctx context.Context, id string, part int) ([]byte, error) {
	var data []byte
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err := queryOne(conn, "SELECT data FROM import_parts WHERE import = (SELECT seq FROM imports WHERE id = ?) AND part = ?",
			func(p *params) { p.text(id).int(int64(part)) },
			func(c *columns) error {
				data = c.bytes()
				return nil
			})
		if err == nil && !found {
			err = fmt.Errorf("import %s has no part %d", id, part)
		}
		return err
	})
	return data, err
}

// Listed implements batch.Store: here the lists are indexes of the rows themselves.
func (s *Imports) Listed(context.Context, string) (bool, error) { return true, nil }

// Clear implements batch.Store.
func (s *Imports) Clear(ctx context.Context, id string) error {
	return s.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		i, err := readImport(conn, id)
		if err != nil {
			return err
		}
		if i.Status != batch.RollingBack && i.Status != batch.Published {
			return batch.TooLate(i.Import, "clearing away what is staged")
		}
		for _, sql := range []string{
			"DELETE FROM import_parts WHERE import = ?",
			"UPDATE import_chunks SET records = NULL WHERE import = ? AND records IS NOT NULL",
		} {
			if _, err := exec(conn, sql, func(p *params) { p.int(i.seq) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Left implements batch.Store.
func (s *Imports) Left(ctx context.Context, id string) (left batch.Left, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		found, err := queryOne(conn, `SELECT
				(SELECT count(*) FROM apartments WHERE batch = imports.seq),
				(SELECT count(*) FROM import_chunks WHERE import = imports.seq AND records IS NOT NULL),
				(SELECT count(*) FROM import_parts WHERE import = imports.seq)
			FROM imports WHERE id = ?`,
			func(p *params) { p.text(id) },
			func(c *columns) error {
				left = batch.Left{Apartments: int(c.int()), Chunks: int(c.int()), Parts: int(c.int())}
				return nil
			})
		if err == nil && !found {
			err = batch.NotFound(id)
		}
		return err
	})
	return left, err
}
