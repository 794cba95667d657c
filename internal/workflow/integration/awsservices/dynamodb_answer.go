package awsservices

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// written is the answer of an operation that writes.
func written(old map[string]types.AttributeValue, capacity *types.ConsumedCapacity, metrics *types.ItemCollectionMetrics, md middleware.Metadata) (Answer, error) {
	fields := map[string]any{"Attributes": attributes(old), "ConsumedCapacity": consumed(capacity)}
	if metrics != nil {
		fields["ItemCollectionMetrics"] = map[string]any{
			"ItemCollectionKey": attributes(metrics.ItemCollectionKey), "SizeEstimateRangeGB": metrics.SizeEstimateRangeGB,
		}
	}
	return Answer{fields, md}, nil
}

// consumed is the capacity that was used, as far as it was asked for.
func consumed(c *types.ConsumedCapacity) any {
	if c == nil {
		return nil
	}
	out := map[string]any{"TableName": c.TableName, "CapacityUnits": c.CapacityUnits}
	if c.Table != nil {
		out["Table"] = units(*c.Table)
	}
	for name, indexes := range map[string]map[string]types.Capacity{"LocalSecondaryIndexes": c.LocalSecondaryIndexes, "GlobalSecondaryIndexes": c.GlobalSecondaryIndexes} {
		of := map[string]any{}
		for index, capacity := range indexes {
			of[index] = units(capacity)
		}
		if len(of) > 0 {
			out[name] = of
		}
	}
	return out
}

func units(c types.Capacity) map[string]any { return map[string]any{"CapacityUnits": c.CapacityUnits} }
