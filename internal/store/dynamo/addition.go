package dynamo

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// update is the addition as one update expression, in an order that does not vary: a
// request that is repeated must be the same to the letter.
func (a Addition) update(table string, k Key) *types.Update {
	e := expression{names: map[string]string{"#type": "type"}, values: attributes{":type": text(a.Type)}}
	var adds, removes, conditions []string
	for _, name := range slices.Sorted(maps.Keys(a.Add)) {
		adds = append(adds, e.name(name)+" "+e.number(a.Add[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(a.NotAbove)) {
		n := e.name(name)
		conditions = append(conditions, "(attribute_not_exists("+n+") OR "+n+" <= "+e.number(a.NotAbove[name])+")")
	}
	for _, name := range a.Remove {
		removes = append(removes, e.name(name))
	}
	u := &types.Update{TableName: &table, Key: k.attributes(), ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values}
	update := "SET #type = :type ADD " + strings.Join(adds, ", ")
	if len(removes) > 0 {
		update += " REMOVE " + strings.Join(removes, ", ")
	}
	u.UpdateExpression = &update
	if len(conditions) > 0 {
		u.ConditionExpression = aws.String(strings.Join(conditions, " AND "))
	}
	return u
}

// expression gives names and values the placeholders that DynamoDB wants.
type expression struct {
	names  map[string]string
	values attributes
}

func (e expression) name(of string) string {
	for placeholder, name := range e.names {
		if name == of {
			return placeholder
		}
	}
	placeholder := "#n" + strconv.Itoa(len(e.names))
	e.names[placeholder] = of
	return placeholder
}

func (e expression) number(n int64) string {
	placeholder := ":v" + strconv.Itoa(len(e.values))
	e.values[placeholder] = number(n)
	return placeholder
}
