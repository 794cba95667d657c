package dynamo

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Partition reads the items of a partition whose sort keys begin with the prefix ("": all
// of them), consistently and in the order of their sort keys. It is for partitions that
// hold few items, such as all of one saga: it reads them to the end. With attributes named,
// the items have those only.
func (t *Table) Partition(ctx context.Context, pk, prefix string, only ...string) ([]Stored, error) {
	in := &dynamodb.QueryInput{TableName: &t.name, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("#pk = :pk"),
		ExpressionAttributeNames:  map[string]string{"#pk": PartitionKey},
		ExpressionAttributeValues: attributes{":pk": text(pk)}}
	if prefix != "" {
		in.KeyConditionExpression = aws.String("#pk = :pk AND begins_with(#sk, :prefix)")
		in.ExpressionAttributeNames["#sk"], in.ExpressionAttributeValues[":prefix"] = SortKey, text(prefix)
	}
	if len(only) > 0 {
		e := expression{names: in.ExpressionAttributeNames}
		names := make([]string, len(only))
		for i, name := range only {
			names[i] = e.name(name)
		}
		in.ProjectionExpression = aws.String(strings.Join(names, ", "))
	}
	var all []Stored
	for pages := dynamodb.NewQueryPaginator(t.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read partition %s: %w", pk, err)
		}
		for _, a := range page.Items {
			all = append(all, stored(a))
		}
	}
	return all, nil
}
