package dynamo

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Key names an item.
type Key struct{ PK, SK string }

func (k Key) String() string { return k.PK + " " + k.SK }

func (k Key) attributes() attributes {
	return attributes{PartitionKey: text(k.PK), SortKey: text(k.SK)}
}

type attributes = map[string]types.AttributeValue

// Stored is an item as it was read, or that there was none.
type Stored struct {
	Key
	attributes attributes // nil: there is none
}

// Exists reports whether the item was there.
func (s Stored) Exists() bool { return s.attributes != nil }

// version answers the item's version as a number's text; "" if there is none.
func (s Stored) version() string {
	n, _ := s.attributes[versionAttribute].(*types.AttributeValueMemberN)
	if n == nil {
		return ""
	}
	return n.Value
}

// Unchanged reports whether other is the same item, not written in between.
func (s Stored) Unchanged(other Stored) bool {
	return s.Key == other.Key && s.version() == other.version()
}

func (s Stored) writtenBy() string { return textOf(s.attributes[writtenByAttribute]) }

// Decode fills v, a pointer to a struct with dynamodbav tags, from the item.
func (s Stored) Decode(v any) error {
	if err := attributevalue.UnmarshalMap(s.attributes, v); err != nil {
		return fmt.Errorf("item %s: %w", s.Key, err)
	}
	return nil
}

// encode makes attributes of a struct. Zero times with omitempty are left out.
func encode(v any) (attributes, error) {
	return attributevalue.MarshalMapWithOptions(v, func(o *attributevalue.EncoderOptions) { o.OmitEmptyTime = true })
}

// replaced answers the attributes of an item that becomes v. Attributes that the type of v
// does not know stay: while two releases run side by side, the older one does not wipe
// out what the newer one writes.
func replaced[T any](s Stored, v T) (attributes, error) {
	next := maps.Clone(s.attributes)
	if next == nil {
		next = attributes{}
	} else {
		var before T
		if err := s.Decode(&before); err != nil {
			return nil, err
		}
		known, err := encode(before)
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", s.Key, err)
		}
		for name := range known {
			delete(next, name)
		}
	}
	own, err := encode(v)
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", s.Key, err)
	}
	maps.Copy(next, own)
	maps.Copy(next, s.Key.attributes())
	return next, nil
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func textOf(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}
