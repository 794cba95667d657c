package awsservices

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var dynamoNames = names{errors: "DynamoDB", cause: "AmazonDynamoDBv2", generic: "AmazonDynamoDBException"}

// itemOperation is one of dynamodb:getItem, putItem, updateItem and deleteItem.
type itemOperation struct {
	name string
	call func(context.Context, itemArguments) (Answer, error)
}

// itemArguments are the parameters of the operations on one item, but for those that
// DynamoDB calls legacy.
type itemArguments struct {
	TableName                           *string
	Item, Key                           attributes
	ConsistentRead                      *bool
	ProjectionExpression                *string
	ConditionExpression                 *string
	UpdateExpression                    *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           attributes
	ReturnValues                        types.ReturnValue
	ReturnConsumedCapacity              types.ReturnConsumedCapacity
	ReturnItemCollectionMetrics         types.ReturnItemCollectionMetrics
	ReturnValuesOnConditionCheckFailure types.ReturnValuesOnConditionCheckFailure
}

// attributes are DynamoDB JSON: {"id":{"S":"x"}}.
type attributes map[string]types.AttributeValue

// UnmarshalJSON implements json.Unmarshaler.
func (a *attributes) UnmarshalJSON(raw []byte) (err error) {
	*a, err = attributevalue.UnmarshalMapJSON(raw)
	return err
}

// MarshalJSON implements json.Marshaler.
func (a attributes) MarshalJSON() ([]byte, error) {
	if a == nil {
		return []byte("null"), nil
	}
	return attributevalue.MarshalMapJSON(a)
}

// Resource implements Service.
func (o itemOperation) Resource() string { return "arn:aws:states:::dynamodb:" + o.name }

// Call implements Service.
func (o itemOperation) Call(ctx context.Context, arguments json.RawMessage) (Answer, error) {
	var in itemArguments
	if err := read(o.Resource(), arguments, &in); err != nil {
		return Answer{}, err
	}
	a, err := o.call(ctx, in)
	if err != nil {
		return Answer{}, dynamoNames.failed(err)
	}
	return a, nil
}

func newItemOperations(c aws.Config) []Service {
	client := dynamodb.NewFromConfig(c)
	return []Service{
		itemOperation{"getItem", func(ctx context.Context, in itemArguments) (Answer, error) { return getItem(ctx, client, in) }},
		itemOperation{"putItem", func(ctx context.Context, in itemArguments) (Answer, error) { return putItem(ctx, client, in) }},
		itemOperation{"updateItem", func(ctx context.Context, in itemArguments) (Answer, error) { return updateItem(ctx, client, in) }},
		itemOperation{"deleteItem", func(ctx context.Context, in itemArguments) (Answer, error) { return deleteItem(ctx, client, in) }},
	}
}

func getItem(ctx context.Context, client *dynamodb.Client, in itemArguments) (Answer, error) {
	out, err := client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: in.TableName, Key: in.Key, ConsistentRead: in.ConsistentRead, ProjectionExpression: in.ProjectionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ReturnConsumedCapacity: in.ReturnConsumedCapacity,
	})
	if err != nil {
		return Answer{}, err
	}
	return Answer{map[string]any{"Item": attributes(out.Item), "ConsumedCapacity": consumed(out.ConsumedCapacity)}, out.ResultMetadata}, nil
}

func putItem(ctx context.Context, client *dynamodb.Client, in itemArguments) (Answer, error) {
	out, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: in.TableName, Item: in.Item, ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
		ReturnValues: in.ReturnValues, ReturnConsumedCapacity: in.ReturnConsumedCapacity, ReturnItemCollectionMetrics: in.ReturnItemCollectionMetrics,
		ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
	})
	if err != nil {
		return Answer{}, err
	}
	return written(out.Attributes, out.ConsumedCapacity, out.ItemCollectionMetrics, out.ResultMetadata)
}

func updateItem(ctx context.Context, client *dynamodb.Client, in itemArguments) (Answer, error) {
	out, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: in.TableName, Key: in.Key, UpdateExpression: in.UpdateExpression, ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
		ReturnValues: in.ReturnValues, ReturnConsumedCapacity: in.ReturnConsumedCapacity, ReturnItemCollectionMetrics: in.ReturnItemCollectionMetrics,
		ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
	})
	if err != nil {
		return Answer{}, err
	}
	return written(out.Attributes, out.ConsumedCapacity, out.ItemCollectionMetrics, out.ResultMetadata)
}

func deleteItem(ctx context.Context, client *dynamodb.Client, in itemArguments) (Answer, error) {
	out, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: in.TableName, Key: in.Key, ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
		ReturnValues: in.ReturnValues, ReturnConsumedCapacity: in.ReturnConsumedCapacity, ReturnItemCollectionMetrics: in.ReturnItemCollectionMetrics,
		ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
	})
	if err != nil {
		return Answer{}, err
	}
	return written(out.Attributes, out.ConsumedCapacity, out.ItemCollectionMetrics, out.ResultMetadata)
}
