package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// batchWrite is how many items BatchWriteItem takes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const batchWrite = 25

// DeleteAll removes items, whatever they have become. It is for what nobody writes any more.
func (t *Table) DeleteAll(ctx context.Context, keys []Key) error {
	for chunk := range slices.Chunk(keys, batchWrite) {
		request := map[string][]types.WriteRequest{}
		for _, k := range chunk {
			request[t.name] = append(request[t.name], types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.attributes()}})
		}
		for attempt := 0; len(request) > 0; attempt++ {
			if err := t.again(ctx, attempt); err != nil {
				return fmt.Errorf("remove %d items: %w", len(chunk), err)
			}
			out, err := t.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: request})
			if err != nil {
				return fmt.Errorf("remove %d items: %w", len(chunk), err)
			}
			request = out.UnprocessedItems
		}
	}
	return nil
}
