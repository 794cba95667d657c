package sqlite

import (
	"time"

	"zombiezen.com/go/sqlite"
)

// params binds the parameters of a statement in order.
type params struct {
	stmt *sqlite.Stmt
	n    int
}

func (p *params) next() int {
	p.n++
	return p.n
}

func (p *params) int(v int64) *params {
	p.stmt.BindInt64(p.next(), v)
	return p
}

func (p *params) bool(v bool) *params {
	p.stmt.BindBool(p.next(), v)
	return p
}

func (p *params) text(v string) *params {
	p.stmt.BindText(p.next(), v)
	return p
}

func (p *params) bytes(v []byte) *params {
	p.stmt.BindBytes(p.next(), v)
	return p
}

// json binds JSON, which stands in the file as text.
func (p *params) json(v []byte) *params { return p.text(string(v)) }

func (p *params) optJSON(v []byte) *params { return p.optText(string(v)) }

// optInt binds NULL for 0.
func (p *params) optInt(v int64) *params {
	if v == 0 {
		return p.skip()
	}
	return p.int(v)
}

// skip leaves a parameter NULL, as Prepare made it.
func (p *params) skip() *params {
	p.next()
	return p
}

// optText binds NULL for "".
func (p *params) optText(v string) *params {
	if v == "" {
		return p.skip()
	}
	return p.text(v)
}

// optBytes binds NULL for nothing.
func (p *params) optBytes(v []byte) *params {
	if len(v) == 0 {
		return p.skip()
	}
	return p.bytes(v)
}

func (p *params) time(v time.Time) *params { return p.int(v.UnixNano()) }

// optTime binds NULL for the zero time.
func (p *params) optTime(v time.Time) *params {
	if v.IsZero() {
		return p.skip()
	}
	return p.time(v)
}

// columns reads the columns of a row in order.
type columns struct {
	stmt *sqlite.Stmt
	n    int
}

func (c *columns) next() int {
	c.n++
	return c.n - 1
}

func (c *columns) int() int64     { return c.stmt.ColumnInt64(c.next()) }
func (c *columns) bool() bool     { return c.stmt.ColumnBool(c.next()) }
func (c *columns) text() string   { return c.stmt.ColumnText(c.next()) } // "" for NULL
func (c *columns) float() float64 { return c.stmt.ColumnFloat(c.next()) }

// null answers whether the next column is NULL, and then passes it.
func (c *columns) null() bool {
	if c.stmt.ColumnIsNull(c.n) {
		c.n++
		return true
	}
	return false
}

func (c *columns) bytes() []byte {
	n := c.next()
	size := c.stmt.ColumnLen(n)
	if size == 0 {
		return nil
	}
	b := make([]byte, size)
	c.stmt.ColumnBytes(n, b)
	return b
}

// digest reads a column of 16 bytes.
func (c *columns) digest() (d keyDigest) {
	c.stmt.ColumnBytes(c.next(), d[:])
	return d
}

// time answers the zero time for NULL.
func (c *columns) time() time.Time {
	if c.null() {
		return time.Time{}
	}
	return time.Unix(0, c.int()).UTC()
}

// exec executes a statement that answers no rows, and answers how many it changed.
func exec(conn *sqlite.Conn, query string, bind func(*params)) (changed int, err error) {
	stmt, err := conn.Prepare(query)
	if err != nil {
		return 0, err
	}
	if bind != nil {
		bind(&params{stmt: stmt})
	}
	if _, err := stmt.Step(); err != nil {
		return 0, err
	}
	return conn.Changes(), nil
}

// query calls each for every row, until it answers false. bind may be nil.
func query(conn *sqlite.Conn, sql string, bind func(*params), each func(*columns) (bool, error)) error {
	stmt, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	// A statement in the middle of its rows keeps its snapshot, and with it the log.
	defer stmt.Reset()
	if bind != nil {
		bind(&params{stmt: stmt})
	}
	for {
		row, err := stmt.Step()
		if err != nil || !row {
			return err
		}
		if more, err := each(&columns{stmt: stmt}); err != nil || !more {
			return err
		}
	}
}

// queryOne reads the first row, if there is one.
func queryOne(conn *sqlite.Conn, sql string, bind func(*params), read func(*columns) error) (found bool, err error) {
	err = query(conn, sql, bind, func(c *columns) (bool, error) {
		found = true
		return false, read(c)
	})
	return found, err
}
