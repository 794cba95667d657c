package dynamo

import (
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// MaxTransaction is how many items a transaction takes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const MaxTransaction = 100

// Transaction is what is to be written, all or nothing, if everything it names is as it
// was read. Its zero value is empty. It is one exact request: it is committed once, and
// what is decided anew makes a new one.
type Transaction struct {
	writes []write
	errs   []error
}

// write is an item of a transaction: to be written, removed, added to, or only to be as it was.
type write struct {
	was  Stored
	next attributes // nil: another of these
	add  *Addition
	keep bool
}

// Addition adds to numbers of an item, whatever they have become since they were read. So
// those who count the same thing at once need not decide again. A number or an item that
// is not there is 0.
type Addition struct {
	Type string // of the item, should this make it
	Add  map[string]int64
	// NotAbove are what numbers may be before, at most, for the transaction to be written.
	NotAbove map[string]int64
	Remove   []string // attributes that nobody needs any more
}

// Put writes v in the place of what was read, or where there was nothing. v is a struct
// with dynamodbav tags.
func Put[T any](tx *Transaction, was Stored, v T) {
	next, err := replaced(was, v)
	tx.errs = append(tx.errs, err)
	tx.writes = append(tx.writes, write{was: was, next: next})
}

// Create writes v where there must be nothing.
func Create[T any](tx *Transaction, k Key, v T) { Put(tx, Stored{Key: k}, v) }

// Delete removes what was read.
func (tx *Transaction) Delete(was Stored) { tx.writes = append(tx.writes, write{was: was}) }

// Add adds to an item's numbers.
func (tx *Transaction) Add(k Key, a Addition) {
	tx.writes = append(tx.writes, write{was: Stored{Key: k}, add: &a})
}

// Check writes nothing: the item must be as it was read, for the rest to be written.
func (tx *Transaction) Check(was Stored) {
	tx.writes = append(tx.writes, write{was: was, keep: true})
}

// Len is how many items it names.
func (tx *Transaction) Len() int { return len(tx.writes) }

func (tx *Transaction) err() error { return errors.Join(tx.errs...) }

// stamp gives what is written its version and the token that it is known by.
func (tx *Transaction) stamp(token string) error {
	for _, w := range tx.writes {
		if w.next == nil {
			continue
		}
		version := 0
		if was := w.was.version(); was != "" {
			n, err := strconv.Atoi(was)
			if err != nil {
				return err
			}
			version = n
		}
		w.next[versionAttribute] = &types.AttributeValueMemberN{Value: strconv.Itoa(version + 1)}
		w.next[writtenByAttribute] = text(token)
	}
	return nil
}

// condition is that the item is as it was read.
type condition struct {
	expression *string
	names      map[string]string
	values     attributes
}

func (w write) condition() condition {
	if !w.was.Exists() {
		return condition{expression: aws.String("attribute_not_exists(#pk)"), names: map[string]string{"#pk": PartitionKey}}
	}
	return condition{expression: aws.String("#version = :version"), names: map[string]string{"#version": versionAttribute},
		values: attributes{":version": w.was.attributes[versionAttribute]}}
}

func (w write) item(table string) types.TransactWriteItem {
	c, old := w.condition(), types.ReturnValuesOnConditionCheckFailureAllOld
	switch {
	case w.keep:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &table, Key: w.was.Key.attributes(),
			ConditionExpression: c.expression, ExpressionAttributeNames: c.names, ExpressionAttributeValues: c.values}}
	case w.add != nil:
		return types.TransactWriteItem{Update: w.add.update(table, w.was.Key)}
	case w.next == nil:
		return types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: w.was.Key.attributes(),
			ConditionExpression: c.expression, ExpressionAttributeNames: c.names, ExpressionAttributeValues: c.values}}
	}
	return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: w.next, ReturnValuesOnConditionCheckFailure: old,
		ConditionExpression: c.expression, ExpressionAttributeNames: c.names, ExpressionAttributeValues: c.values}}
}
