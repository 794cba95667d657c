package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Get reads an item, consistently.
func (t *Table) Get(ctx context.Context, k Key) (Stored, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: k.attributes(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return Stored{Key: k}, fmt.Errorf("read %s: %w", k, err)
	}
	if len(out.Item) == 0 {
		return Stored{Key: k}, nil
	}
	return Stored{Key: k, attributes: out.Item}, nil
}

// batchGet is how many items BatchGetItem takes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const batchGet = 100

// GetAll reads items, each consistently but not all at one moment, and answers those that
// exist, by key.
func (t *Table) GetAll(ctx context.Context, keys []Key) (map[Key]Stored, error) {
	found := make(map[Key]Stored, len(keys))
	for chunk := range slices.Chunk(distinct(keys), batchGet) {
		request := map[string]types.KeysAndAttributes{t.name: {ConsistentRead: aws.Bool(true), Keys: make([]attributes, len(chunk))}}
		for i, k := range chunk {
			request[t.name].Keys[i] = k.attributes()
		}
		for attempt := 0; len(request) > 0; attempt++ {
			if err := t.again(ctx, attempt); err != nil {
				return nil, fmt.Errorf("read %d items: %w", len(chunk), err)
			}
			out, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: request})
			if err != nil {
				return nil, fmt.Errorf("read %d items: %w", len(chunk), err)
			}
			for _, a := range out.Responses[t.name] {
				s := stored(a)
				found[s.Key] = s
			}
			request = out.UnprocessedKeys
		}
	}
	return found, nil
}

func stored(a attributes) Stored {
	return Stored{Key: Key{PK: textOf(a[PartitionKey]), SK: textOf(a[SortKey])}, attributes: a}
}

// distinct drops keys that come again, keeping the order.
func distinct(keys []Key) []Key {
	seen := make(map[Key]bool, len(keys))
	return slices.DeleteFunc(slices.Clone(keys), func(k Key) bool {
		again := seen[k]
		seen[k] = true
		return again
	})
}
