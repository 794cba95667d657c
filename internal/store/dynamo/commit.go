package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// outcome is what became of a commit.
type outcome int

const (
	refused   outcome = iota // for good: asking again gives the same error
	committed                // it is durable
	changed                  // something was not as it was read; nothing is written
	busy                     // conflict or throttling; nothing is written
	unknown                  // no answer: it may be written, now or in a moment
)

// commit writes the transaction under its token.
func (t *Table) commit(ctx context.Context, tx *Transaction, token string) (outcome, error) {
	if err := errors.Join(tx.err(), tx.stamp(token)); err != nil {
		return refused, err
	}
	var err error
	if len(tx.writes) == 1 && tx.writes[0].next != nil {
		err = t.put(ctx, tx.writes[0]) // half the price of a transaction
	} else {
		items := make([]types.TransactWriteItem, len(tx.writes))
		for i, w := range tx.writes {
			items[i] = w.item(t.name)
		}
		_, err = t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items, ClientRequestToken: &token})
	}
	if err == nil {
		return committed, nil
	}
	o := classify(err, token)
	if o == committed {
		return committed, nil
	}
	return o, fmt.Errorf("write %s: %w", tx, err)
}

func (t *Table) put(ctx context.Context, w write) error {
	c := w.condition()
	_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &t.name, Item: w.next,
		ConditionExpression: c.expression, ExpressionAttributeNames: c.names, ExpressionAttributeValues: c.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	return err
}

// classify says what an error of a commit means. One that failed its condition because it
// was written before, by an earlier try whose answer was lost, is committed: the item
// that stood in the way bears its own token.
func classify(err error, token string) outcome {
	var canceled *types.TransactionCanceledException
	var failed *types.ConditionalCheckFailedException
	var api smithy.APIError
	switch {
	case errors.As(err, &canceled):
		return reasons(canceled.CancellationReasons, token)
	case errors.As(err, &failed):
		return inTheWay(failed.Item, token)
	case isA[*smithy.SerializationError](err), isA[*smithy.InvalidParamsError](err):
		return refused // it was never sent
	case !errors.As(err, &api):
		return unknown // it may have arrived
	}
	switch api.ErrorCode() {
	case "TransactionConflictException", "TransactionInProgressException", "ReplicatedWriteConflictException",
		"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException", "Throttling":
		return busy
	}
	if api.ErrorFault() == smithy.FaultClient {
		return refused
	}
	return unknown
}

// reasons tells the reasons of a canceled transaction apart; there is one for each item.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors
func reasons(all []types.CancellationReason, token string) outcome {
	o := refused
	for _, r := range all {
		switch code := deref(r.Code); code {
		case "None":
		case "ConditionalCheckFailed":
			if o = inTheWay(r.Item, token); o == committed {
				return committed
			}
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			if o != changed {
				o = busy
			}
		default: // ItemCollectionSizeLimitExceeded, ValidationError, …
			return refused
		}
	}
	return o
}

func inTheWay(item attributes, token string) outcome {
	if (Stored{attributes: item}).writtenBy() == token {
		return committed
	}
	return changed
}

func (tx *Transaction) String() string {
	keys := make([]string, len(tx.writes))
	for i, w := range tx.writes {
		keys[i] = w.was.Key.String()
	}
	return strings.Join(keys, ", ")
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
