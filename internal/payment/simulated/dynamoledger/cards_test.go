package dynamoledger_test

import (
	"crypto/rand"
	"sync"
	"testing"

	"github.com/vacancy/vacancy/internal/payment/simulated/dynamoledger"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

// Processes that share the table have one vault: the same card has the same token, also
// when they all make the key at once.
func TestTheSameCardHasTheSameTokenEverywhere(t *testing.T) {
	table := dynamotest.Table(t)
	const processes = 8
	tokens := make([]string, processes)
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			card, err := dynamoledger.NewCards(table, rand.Reader).Exchange(t.Context(), "4242424242424242")
			if err != nil {
				t.Error(err)
			}
			tokens[i] = card.Token
		})
	}
	all.Wait()
	for _, token := range tokens {
		if token == "" || token != tokens[0] {
			t.Fatalf("one card has the tokens %q", tokens)
		}
	}
	other, err := dynamoledger.NewCards(table, rand.Reader).Exchange(t.Context(), "4242424242424241")
	if err != nil || other.Token == tokens[0] {
		t.Errorf("another card: %q, %v", other.Token, err)
	}
	elsewhere, err := dynamoledger.NewCards(dynamotest.Table(t), rand.Reader).Exchange(t.Context(), "4242424242424242")
	if err != nil || elsewhere.Token == tokens[0] {
		t.Errorf("on another table: %q, %v", elsewhere.Token, err)
	}
}
