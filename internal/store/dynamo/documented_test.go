package dynamo_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/simulated/dynamoledger"
	"github.com/vacancy/vacancy/internal/ratelimit"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
)

var update = flag.Bool("update", false, "write what is measured into docs/dynamodb.md")

// documented compares a part of docs/dynamodb.md, between its marks, with what is so.
func documented(t *testing.T, part, is string) {
	t.Helper()
	path := filepath.Join("..", "..", "..", "docs", "dynamodb.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+part+": written by `go test ./internal/store/dynamo -update` -->\n", "\n<!-- end of "+part+" -->"
	before, rest, ok := strings.Cut(string(text), begin)
	said, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("docs/dynamodb.md has no part %q", part)
	}
	if said == is {
		return
	}
	if !*update {
		t.Errorf("docs/dynamodb.md says otherwise; go test ./internal/store/dynamo -update writes this:\n%s", is)
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+is+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestExamplesAsDocumented makes an item of each kind and shows it.
func TestExamplesAsDocumented(t *testing.T) {
	made := dynamotest.Table(t)
	tokens := 0
	table := dynamo.NewTable(made.Client(), made.Name(), dynamo.Options{NewToken: func() string {
		tokens++
		return fmt.Sprintf("TOKEN-%d", tokens)
	}})
	store := dynamo.New(table)
	a := exampleApartment("apt_1")
	a.SourceID = "5668626895"
	p := holdOn("apt_1", "res_1", noon)
	p.Limits, p.Idempotency.Fingerprint = booking.HoldLimits{Live: 2}, "Zm9vYmFyYmF6cXV1"
	on := booking.On{ReservationID: "res_1", Epoch: 1, Now: noon.Add(time.Second), By: "ann"}
	gateway := simulated.New(dynamoledger.New(table, func() time.Time { return noon }), simulated.Options{Now: func() time.Time { return noon }})
	for _, do := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := store.CreateApartment(ctx, a, nil); return err },
		func(ctx context.Context) error { _, err := store.PlaceHold(ctx, p); return err },
		func(ctx context.Context) error {
			_, err := store.Apply(ctx, booking.BeginPayment{On: on, Method: "pm_ok"}, nil)
			return err
		},
		func(ctx context.Context) error {
			_, err := dynamo.NewLimiter(table, "reserve", ratelimit.PerMinute(30), func() time.Time { return noon }).Take(ctx, "ann")
			return err
		},
		func(ctx context.Context) error {
			_, err := gateway.Create(ctx, booking.Payment{ID: "res_1-p1", Amount: a.Price}, "res_1", "res_1-p1:create")
			return err
		},
	} {
		if err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := gateway.Entries(t.Context(), "res_1")
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, e := range []struct {
		name string
		pk   string
		sk   string // what it begins with
	}{
		{"An apartment, held", "apt_1", ""},
		{"The id that its listing has where it came from, so that it is imported once", "SOURCE#5668626895", ""},
		{"A reservation, its payment begun", "res_1", ""},
		{"An idempotency key", dynamo.IdempotencyPartition(p.Idempotency), ""},
		{"What a tenant takes of the limits", "TENANT#ann", "USAGE"},
		{"How often a tenant has called: when all of the burst may be called again", "TENANT#ann", "RATE"},
		{"The simulated gateway: a payment", "GATEWAY#" + entries[0].Ref, ""},
		{"The simulated gateway: an entry of its ledger", "GATEWAY_ENTRIES#res_1", ""},
		{"The simulated gateway: the key of a call", "GATEWAY_KEY#res_1-p1:create", ""},
	} {
		items, err := table.Partition(t.Context(), e.pk, e.sk)
		if err != nil || len(items) != 1 {
			t.Fatalf("%s has %d items, %v", e.pk, len(items), err)
		}
		text = append(text, "**"+e.name+"**\n\n```json\n"+shown(t, table, items[0].Key)+"\n```")
	}
	documented(t, "examples", strings.Join(text, "\n\n"))
}

// shown is an item as JSON, its numbers to the last digit.
func shown(t *testing.T, table *dynamo.Table, k dynamo.Key) string {
	t.Helper()
	out, err := table.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(table.Name()),
		Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: k.PK}, "sk": &types.AttributeValueMemberS{Value: k.SK}}})
	if err != nil {
		t.Fatal(err)
	}
	var item map[string]any
	if err := attributevalue.UnmarshalMapWithOptions(out.Item, &item, func(o *attributevalue.DecoderOptions) { o.UseNumber = true }); err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(numbers(item), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// numbers makes numbers for JSON of those that DynamoDB writes as text.
func numbers(v any) any {
	switch v := v.(type) {
	case attributevalue.Number:
		return json.Number(v)
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	}
	return v
}
