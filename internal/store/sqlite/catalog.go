package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/vacancy/vacancy/internal/groupcommit"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/catalog"
)

// Catalog is a catalog.Catalog in the store's file. It is safe for concurrent use.
type Catalog struct{ db *groupcommit.DB }

var _ catalog.Catalog = (*Catalog)(nil)

// Catalog answers the catalog of state machines in the same file.
func (s *Store) Catalog() *Catalog { return &Catalog{s.db} }

// PutStateMachine implements catalog.Catalog.
func (c *Catalog) PutStateMachine(ctx context.Context, m catalog.StateMachine) error {
	return c.put(ctx, m, `INSERT INTO state_machines (name, updated_at, document) VALUES (?, ?, ?)
		ON CONFLICT (name, updated_at) DO UPDATE SET document = excluded.document`,
		func(p *params) { p.text(m.Name).time(m.UpdatedAt) })
}

// StateMachines implements catalog.Catalog.
func (c *Catalog) StateMachines(ctx context.Context) ([]catalog.StateMachine, error) {
	// With max() the other columns are those of the row that has it:
	// https://www.sqlite.org/lang_select.html#bareagg
	return documents[catalog.StateMachine](ctx, c.db, "SELECT document, max(updated_at) FROM state_machines GROUP BY name ORDER BY name", nil)
}

// StateMachineAt implements catalog.Catalog.
func (c *Catalog) StateMachineAt(ctx context.Context, name string, at time.Time) (catalog.StateMachine, error) {
	found, err := documents[catalog.StateMachine](ctx, c.db,
		"SELECT document FROM state_machines WHERE name = ? AND updated_at <= ? ORDER BY updated_at DESC LIMIT 1",
		func(p *params) { p.text(name).time(at) })
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%w: %q at %s", catalog.ErrNotFound, name, at.Format(time.RFC3339Nano))
	}
	if err != nil {
		return catalog.StateMachine{}, err
	}
	return found[0], nil
}

// DeleteStateMachine implements catalog.Catalog.
func (c *Catalog) DeleteStateMachine(ctx context.Context, name string) error {
	return c.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		for _, statement := range []string{
			"DELETE FROM history WHERE execution IN (SELECT number FROM executions WHERE machine = ?)",
			"DELETE FROM executions WHERE machine = ?",
			"DELETE FROM execution_traits WHERE machine = ?",
			"DELETE FROM nested_executions WHERE child_machine = ?",
			"DELETE FROM definitions WHERE machine = ?",
			"DELETE FROM state_machines WHERE name = ?",
		} {
			if _, err := exec(conn, statement, func(p *params) { p.text(name) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// PutNested implements catalog.Catalog.
func (c *Catalog) PutNested(ctx context.Context, n catalog.Nested) error {
	return c.put(ctx, n, "INSERT INTO nested_executions (child_machine, child_name, token, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		func(p *params) { p.text(n.Child.Machine).text(n.Child.Name).text(n.Token) })
}

// DeleteNested implements catalog.Catalog.
func (c *Catalog) DeleteNested(ctx context.Context, child workflow.ExecutionID, token string) error {
	return c.db.Write(ctx, groupcommit.Backlog, func(conn *sqlite.Conn) error {
		_, err := exec(conn, "DELETE FROM nested_executions WHERE child_machine = ? AND child_name = ? AND token = ?",
			func(p *params) { p.text(child.Machine).text(child.Name).text(token) })
		return err
	})
}

// Nested implements catalog.Catalog.
func (c *Catalog) Nested(ctx context.Context) ([]catalog.Nested, error) {
	return documents[catalog.Nested](ctx, c.db, "SELECT document FROM nested_executions", nil)
}

// PutTraits implements catalog.Catalog.
func (c *Catalog) PutTraits(ctx context.Context, id workflow.ExecutionID, t catalog.Traits) error {
	return c.put(ctx, t, "INSERT INTO execution_traits (machine, name, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		func(p *params) { p.text(id.Machine).text(id.Name) })
}

// Traits implements catalog.Catalog.
func (c *Catalog) Traits(ctx context.Context, id workflow.ExecutionID) (catalog.Traits, error) {
	found, err := documents[catalog.Traits](ctx, c.db, "SELECT document FROM execution_traits WHERE machine = ? AND name = ?",
		func(p *params) { p.text(id.Machine).text(id.Name) })
	if err != nil || len(found) == 0 {
		return catalog.Traits{}, err
	}
	return found[0], nil
}

// put writes a document; key binds what stands before it.
func (c *Catalog) put(ctx context.Context, document any, statement string, key func(*params)) error {
	text, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("encode what the catalog is to keep: %w", err)
	}
	return c.db.Write(ctx, groupcommit.Urgent, func(conn *sqlite.Conn) error {
		_, err := exec(conn, statement, func(p *params) {
			key(p)
			p.json(text)
		})
		return err
	})
}

// documents reads the JSON in the first column of every row.
func documents[T any](ctx context.Context, db *groupcommit.DB, statement string, bind func(*params)) (all []T, err error) {
	err = db.Read(ctx, func(conn *sqlite.Conn) error {
		all = nil
		return query(conn, statement, bind, func(c *columns) (bool, error) {
			var one T
			if err := json.Unmarshal([]byte(c.text()), &one); err != nil {
				return false, fmt.Errorf("a row of the catalog cannot be read: %w", err)
			}
			all = append(all, one)
			return true, nil
		})
	})
	return all, err
}
