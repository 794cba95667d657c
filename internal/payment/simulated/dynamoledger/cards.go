package dynamoledger

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/store/dynamo"
)

// vaultKey is where the key of the vault of cards is, of which there is one.
var vaultKey = dynamo.Key{PK: "GATEWAY#CARDS", SK: "KEY"}

// vaultItem holds the key.
type vaultItem struct {
	Type string `dynamodbav:"type"`
	Key  []byte `dynamodbav:"key"`
}

// vaultKeySize is that of the hash that tokens are made by.
const vaultKeySize = 32

// Cards is the gateway's vault of cards, whose key is in the table: whoever uses the table
// gives the same card the same token. It is safe for concurrent use.
type Cards struct {
	table  *dynamo.Table
	random io.Reader

	mu    sync.Mutex
	vault *simulated.Cards
}

var _ order.Cards = (*Cards)(nil)

// NewCards makes the vault on a table. It reads nothing before the first card comes; the
// first process that has one makes the key, of bytes of random.
func NewCards(t *dynamo.Table, random io.Reader) *Cards { return &Cards{table: t, random: random} }

// Exchange answers the card's token, as simulated.Cards does.
func (c *Cards) Exchange(ctx context.Context, number order.CardNumber) (order.Card, error) {
	vault, err := c.open(ctx)
	if err != nil {
		return order.Card{}, err
	}
	return vault.Exchange(ctx, number)
}

func (c *Cards) open(ctx context.Context) (simulated.Cards, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.vault != nil {
		return *c.vault, nil
	}
	key, err := dynamo.Change(ctx, c.table, func(ctx context.Context, _ int) (d dynamo.Decision[[]byte], err error) {
		was, err := c.table.Get(ctx, vaultKey)
		if err != nil {
			return d, err
		}
		if was.Exists() {
			var item vaultItem
			err = was.Decode(&item)
			return dynamo.Decision[[]byte]{Answer: item.Key}, err
		}
		key := make([]byte, vaultKeySize)
		if _, err := io.ReadFull(c.random, key); err != nil {
			return d, err
		}
		d = dynamo.Decision[[]byte]{Answer: key, Transaction: new(dynamo.Transaction)}
		dynamo.Create(d.Transaction, vaultKey, vaultItem{Type: "cards", Key: key})
		return d, nil
	})
	if err != nil {
		return simulated.Cards{}, fmt.Errorf("the key of the vault of cards: %w", err)
	}
	vault := simulated.NewCards(key)
	c.vault = &vault
	return vault, nil
}
