package dynamo_test

import (
	"errors"
	"testing"

	"github.com/vacancy/vacancy/internal/saga/batch"
)

// TestUndoneInBetween: an import is rolled back and its chunk undone after a transformation
// read the chunk and before it writes the rows. They are not written: nobody would remove them.
func TestUndoneInBetween(t *testing.T) {
	b := newBetween(t)
	const rows = 4
	halfImported(t, b.Imports(), rows)
	b.before("TransactWriteItems", func() {
		_, err := b.other.Imports().Change(t.Context(), viewed, batch.BeginRollback{})
		for chunk := range 2 {
			err = errors.Join(err, b.other.Imports().UndoChunk(t.Context(), viewed, chunk))
		}
		if err != nil {
			t.Errorf("the import is not rolled back: %v", err)
		}
	})
	if err := transformChunk(t.Context(), b.Imports(), 1); err == nil {
		t.Error("a chunk was transformed that is undone")
	}
	if left, err := b.Imports().Left(t.Context(), viewed); err != nil || left != (batch.Left{Chunks: 2}) {
		t.Errorf("there is %+v, %v", left, err)
	}
}
