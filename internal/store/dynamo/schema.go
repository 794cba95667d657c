package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Attributes that all items share.
const (
	PartitionKey = "pk"
	SortKey      = "sk"
	// versionAttribute counts the writes of an item, from 1.
	versionAttribute = "version"
	// writtenByAttribute is the token of the transaction that wrote the item last.
	writtenByAttribute = "writtenBy"
	// TTLAttribute says from when DynamoDB may remove an item, in seconds since 1970 UTC.
	// It removes it days later or never: nothing is decided by it.
	TTLAttribute = "expires"
)

// Index is one of the table's global secondary indexes.
type Index int

// Every item kind uses an index for what it needs; docs/dynamodb.md has the table of it.
const (
	Index1 Index = iota + 1
	Index2
	Index3
	Index4
	Index5
	Index6
)

// Indexes lists them.
func Indexes() []Index { return []Index{Index1, Index2, Index3, Index4, Index5, Index6} }

// Name is what the index is called in DynamoDB.
func (i Index) Name() string { return "gsi" + strconv.Itoa(int(i)) }

// PartitionKey and SortKey are the attributes that the index is keyed by.
func (i Index) PartitionKey() string { return i.Name() + "pk" }
func (i Index) SortKey() string      { return i.Name() + "sk" }

// Projected are the attributes, besides keys, that indexes hold: facts of an apartment that
// lists filter by and no hold changes. A write that changes none of them and no key of an
// index costs nothing there.
func Projected() []string { return []string{"price", "bedrooms"} }

// CreateTableInput describes the table. template.yaml is held to it by a test.
func CreateTableInput(name string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest,
		KeySchema: keySchema(PartitionKey, SortKey), AttributeDefinitions: texts(PartitionKey, SortKey),
	}
	for _, i := range Indexes() {
		in.AttributeDefinitions = append(in.AttributeDefinitions, texts(i.PartitionKey(), i.SortKey())...)
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(i.Name()), KeySchema: keySchema(i.PartitionKey(), i.SortKey()),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: Projected()},
		})
	}
	return in
}

func keySchema(partition, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: aws.String(partition), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange},
	}
}

func texts(names ...string) (all []types.AttributeDefinition) {
	for _, n := range names {
		all = append(all, types.AttributeDefinition{AttributeName: aws.String(n), AttributeType: types.ScalarAttributeTypeS})
	}
	return all
}

// createdWithin is how long AWS may take to make a table.
const createdWithin = 2 * time.Minute

// CreateTable makes the table where no template has, such as on DynamoDB Local, and
// returns when it can be used. One that is there already is left as it is.
func CreateTable(ctx context.Context, client *dynamodb.Client, name string) error {
	_, err := client.CreateTable(ctx, CreateTableInput(name))
	if isA[*types.ResourceInUseException](err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create table %s: %w", name, err)
	}
	if err := dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)}, createdWithin); err != nil {
		return fmt.Errorf("wait for table %s: %w", name, err)
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: aws.String(name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(TTLAttribute), Enabled: aws.Bool(true)}})
	if err != nil {
		return fmt.Errorf("set the time to live of table %s: %w", name, err)
	}
	return nil
}
