package dynamotest

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Capacity is what requests consumed, in capacity units: a read unit is 4 KB read
// consistently, a write unit 1 KB written, in a transaction each is two.
type Capacity struct {
	Requests    int
	Reads       float64 // of the table and of indexes
	Writes      float64 // of the table
	IndexWrites float64
}

// Meter adds up what a client's requests consume, as DynamoDB Local tells.
//
// Of a transaction it tells 4 units, however many items there are (2.6.1). So the meter
// writes a transaction's items one after the other instead and doubles what each of them
// consumed of the table: that is how AWS counts. A test that uses it writes nothing at once.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
type Meter struct {
	mu    sync.Mutex
	used  Capacity
	plain *dynamodb.Client // which is not measured
}

// NewMeter makes a meter for clients of the server.
func NewMeter(s *Server) *Meter { return &Meter{plain: s.Client()} }

// Take answers what was consumed since it was asked last.
func (m *Meter) Take() Capacity {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := m.used
	m.used = Capacity{}
	return used
}

// Option makes a client be measured.
func (m *Meter) Option(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Meter", m.measure), middleware.After)
	})
}

// measure asks for the consumed capacity, by the field that all these inputs have, and
// adds up what the output has.
func (m *Meter) measure(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	if tx, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput); ok {
		err := m.oneByOne(ctx, tx)
		return middleware.InitializeOutput{Result: &dynamodb.TransactWriteItemsOutput{}}, middleware.Metadata{}, err
	}
	if f := reflect.ValueOf(in.Parameters).Elem().FieldByName("ReturnConsumedCapacity"); f.IsValid() {
		f.Set(reflect.ValueOf(types.ReturnConsumedCapacityIndexes))
	}
	out, metadata, err := next.HandleInitialize(ctx, in)
	if failed := new(types.ConditionalCheckFailedException); errors.As(err, &failed) {
		m.request()
		m.conditionFailed()
	}
	if err != nil {
		return out, metadata, err
	}
	var consumed []types.ConsumedCapacity
	if f := reflect.ValueOf(out.Result).Elem().FieldByName("ConsumedCapacity"); f.IsValid() {
		switch c := f.Interface().(type) {
		case *types.ConsumedCapacity:
			if c != nil {
				consumed = append(consumed, *c)
			}
		case []types.ConsumedCapacity:
			consumed = c
		}
	}
	_, puts := in.Parameters.(*dynamodb.PutItemInput)
	_, updates := in.Parameters.(*dynamodb.UpdateItemInput)
	m.request()
	m.add(puts || updates, 1, consumed...)
	return out, metadata, nil
}

// oneByOne writes the items of a transaction and adds up what that takes.
func (m *Meter) oneByOne(ctx context.Context, tx *dynamodb.TransactWriteItemsInput) error {
	m.request()
	for _, i := range tx.TransactItems {
		var consumed *types.ConsumedCapacity
		var err error
		switch {
		case i.Put != nil:
			var out *dynamodb.PutItemOutput
			if out, err = m.plain.PutItem(ctx, &dynamodb.PutItemInput{TableName: i.Put.TableName, Item: i.Put.Item, ConditionExpression: i.Put.ConditionExpression,
				ExpressionAttributeNames: i.Put.ExpressionAttributeNames, ExpressionAttributeValues: i.Put.ExpressionAttributeValues,
				ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes}); err == nil {
				consumed = out.ConsumedCapacity
			}
		case i.Update != nil:
			var out *dynamodb.UpdateItemOutput
			if out, err = m.plain.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: i.Update.TableName, Key: i.Update.Key,
				UpdateExpression: i.Update.UpdateExpression, ConditionExpression: i.Update.ConditionExpression,
				ExpressionAttributeNames: i.Update.ExpressionAttributeNames, ExpressionAttributeValues: i.Update.ExpressionAttributeValues,
				ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes}); err == nil {
				consumed = out.ConsumedCapacity
			}
		default:
			err = errors.New("the meter measures what is put and updated only")
		}
		if err != nil {
			return err
		}
		m.add(true, 2, *consumed)
	}
	return nil
}

func (m *Meter) request() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.Requests++
}

// conditionFailed adds what a write takes whose condition does not hold: a unit for each KB
// of the item that is there, and no item of ours that is updated in place has more than one.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
func (m *Meter) conditionFailed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.Writes++
}

// add adds units, those of the table so many times.
func (m *Meter) add(write bool, times float64, consumed ...types.ConsumedCapacity) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range consumed {
		units := aws.ToFloat64(c.CapacityUnits)
		if !write {
			m.used.Reads += units
			continue
		}
		indexes := 0.0
		for _, i := range c.GlobalSecondaryIndexes {
			indexes += aws.ToFloat64(i.CapacityUnits)
		}
		m.used.IndexWrites += indexes
		m.used.Writes += times * (units - indexes)
	}
}
