package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vacancy/vacancy/internal/booking"
)

// Store is a booking.Store. It is safe for concurrent use, by any number of processes.
type Store struct {
	table     *Table
	published published
}

var _ booking.Store = (*Store)(nil)

// New makes the store on a table.
func New(t *Table) *Store { return &Store{table: t} }

// Table is the table that the store is on.
func (s *Store) Table() *Table { return s.table }

// Ping writes an item and reads it back.
func (s *Store) Ping(ctx context.Context) error {
	k := Key{PK: pingKind, SK: pingKind}
	if _, err := s.table.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table.name, Item: k.attributes()}); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	was, err := s.table.Get(ctx, k)
	if err == nil && !was.Exists() {
		err = fmt.Errorf("read: what was just written to table %s is not there", s.table.name)
	}
	return err
}
