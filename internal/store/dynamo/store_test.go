package dynamo_test

import (
	"flag"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func TestStore(t *testing.T) {
	// DynamoDB Local takes milliseconds for each call: a third of rapid's walks, and scenes
	// around a deadline that together have every order and every moment of each intention.
	if err := flag.Set("rapid.checks", "30"); err != nil {
		t.Fatal(err)
	}
	storetest.RunSample(t, func(t *testing.T) booking.Store { return dynamo.New(dynamotest.Table(t)) }, 13)
}
