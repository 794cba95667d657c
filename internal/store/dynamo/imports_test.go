package dynamo_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func TestImports(t *testing.T) {
	storetest.RunImports(t, func(t *testing.T) (batch.Store, booking.Store) {
		s := dynamo.New(dynamotest.Table(t))
		return s.Imports(), s
	})
}
