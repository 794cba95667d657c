package lambdas_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/api"
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/payment/stripe"
	"github.com/vacancy/vacancy/internal/store/dynamo"
)

// open are the routes that anybody may ask, without a token.
var open = []string{"GET /", "GET /web/{file}", "GET /operations/{file}", "GET /healthz", "POST /webhooks/stripe"}

// onlyOnAMachine are routes of the server that a deployment on AWS has no use for.
var onlyOnAMachine = []string{"GET /readyz", "GET /metrics"}

// routes answers the routes of the API by their keys, each with the name of its
// authorizer, "" for the default one.
func (tpl template) routes(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range tpl.of(samFunction) {
		events, _ := f.properties["Events"].(object)
		for name, e := range events {
			switch kind := at(e, "Type"); kind {
			case "HttpApi":
			case "Schedule", "SQS":
				continue
			default:
				t.Errorf("%s: the event %s is of the type %v, for which there is no test", f.name, name, kind)
			}
			p := at(e, "Properties").(object)
			if !refTo(p["ApiId"], "Api") {
				t.Errorf("%s: the route %s belongs to %v", f.name, name, p["ApiId"])
			}
			authorizer, _ := at(p, "Auth", "Authorizer").(string)
			key := strings.ToUpper(p["Method"].(string)) + " " + p["Path"].(string)
			if _, twice := all[key]; twice {
				t.Errorf("the route %s is there twice", key)
			}
			all[key] = authorizer
		}
	}
	return all
}

func TestEveryRouteHasItsAuthorizer(t *testing.T) {
	tpl := load(t)
	for key, authorizer := range tpl.routes(t) {
		switch isOpen := slices.Contains(open, key); {
		case authorizer == "NONE" && !isOpen:
			t.Errorf("%s needs no token", key)
		case authorizer != "NONE" && isOpen:
			t.Errorf("%s needs a token", key)
		case authorizer != "" && authorizer != "NONE":
			t.Errorf("%s has an authorizer of its own, %s", key, authorizer)
		}
	}
	auth := tpl.must(t, "AWS::Serverless::HttpApi", "Api").properties["Auth"].(object)
	if auth["DefaultAuthorizer"] != "Tokens" {
		t.Errorf("the default authorizer is %v", auth["DefaultAuthorizer"])
	}
	tokens := at(auth, "Authorizers", "Tokens")
	// What the authorizer lets through, the function checks again: by the same issuer.
	variables := at(tpl.must(t, samFunction, "GraphQL").properties, "Environment", "Variables").(object)
	for what, pair := range map[string][2]any{
		"issuer":   {at(tokens, "JwtConfiguration", "issuer"), variables[cloud.IssuerVariable]},
		"audience": {list(at(tokens, "JwtConfiguration", "audience"))[0], variables[cloud.AudienceVariable]},
	} {
		first, second := list(at(pair[0], "Fn::If")), list(at(pair[1], "Fn::If"))
		if len(first) != 3 || len(second) != 3 || first[0] != "HasTestIssuer" {
			t.Fatalf("%s: %v and %v", what, pair[0], pair[1])
		}
		for i := range first {
			if arn(first[i]) != arn(second[i]) {
				t.Errorf("%s: the authorizer has %v, the function %v", what, first[i], second[i])
			}
		}
	}
}

// TestTheRoutesAreThePrograms compares them with what the handler answers.
func TestTheRoutesAreThePrograms(t *testing.T) {
	got := load(t).routes(t)
	want := map[string]string{}
	// Everything that it answers with one gateway or the other.
	backend := &cloud.App{Store: dynamo.New(dynamo.NewTable(nil, "", dynamo.Options{})), App: new(app.App), Gateway: new(simulated.Gateway), Webhook: http.NotFoundHandler()}
	for _, r := range api.Routes(api.Config{App: backend.App, Backend: backend}) {
		if !slices.Contains(onlyOnAMachine, r.Pattern) {
			want[routeKey(r.Pattern)] = r.Pattern
			if anybody := len(r.Roles) == 0; anybody != (got[routeKey(r.Pattern)] == "NONE") {
				t.Errorf("%s: needs a role: %v; in the template its authorizer is %q", r.Pattern, !anybody, got[routeKey(r.Pattern)])
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, want) {
		t.Errorf("the template has the routes\n%q, the program answers\n%q", got, want)
	}
}

var rest = regexp.MustCompile(`\{(\w+)\.\.\.\}`)

// routeKey writes a pattern of net/http as API Gateway does.
func routeKey(pattern string) string {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "ANY", pattern
	}
	if pattern == "/graphql" {
		method = "POST" // the handler tells other methods so; here they are no routes
	}
	path = strings.TrimSuffix(path, "{$}")
	return method + " " + rest.ReplaceAllString(path, "{$1+}")
}

func TestRoutesAreThrottledAndLogged(t *testing.T) {
	p := load(t).must(t, "AWS::Serverless::HttpApi", "Api").properties
	for _, setting := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
		if at(p, "DefaultRouteSettings", setting) == nil {
			t.Errorf("the API has no %s", setting)
		}
	}
	for route, settings := range at(p, "RouteSettings").(object) {
		if _, there := load(t).routes(t)[route]; !there || at(settings, "ThrottlingRateLimit") == nil || at(settings, "ThrottlingBurstLimit") == nil {
			t.Errorf("the settings of %s, which is a route: %v; are %v", route, there, settings)
		}
	}
	format, _ := at(p, "AccessLogSettings", "Format").(string)
	if at(p, "AccessLogSettings", "DestinationArn") == nil || !strings.Contains(format, "$context.requestId") {
		t.Error("the API has no access log")
	}
	for _, secret := range []string{"header", "path", "query", "token"} {
		if strings.Contains(strings.ToLower(format), "$context."+secret) || strings.Contains(format, "request."+secret) {
			t.Errorf("the access log has the %s of requests", secret)
		}
	}
	for _, origin := range list(at(p, "CorsConfiguration", "AllowOrigins")) {
		if origin == "*" {
			t.Error("pages of any origin may call the API")
		}
	}
}

// Stripe's events have a function of their own, and a limit: anybody may post there.
func TestTheWebhooksDoor(t *testing.T) {
	tpl := load(t)
	const route = "POST " + stripe.WebhookPath
	events, _ := tpl.must(t, samFunction, "Webhook").properties["Events"].(object)
	if len(events) != 1 || at(events["Stripe"], "Properties", "Path") != stripe.WebhookPath {
		t.Errorf("the function Webhook answers %v", events)
	}
	if at(tpl.must(t, "AWS::Serverless::HttpApi", "Api").properties, "RouteSettings", route) == nil {
		t.Errorf("%s has no limit of its own", route)
	}
	if url, _ := at(tpl.Outputs["WebhookUrl"], "Value", "Fn::Sub").(string); !strings.HasPrefix(url, "https://${Api}.") || !strings.HasSuffix(url, stripe.WebhookPath) {
		t.Errorf("WebhookUrl is %q", url)
	}
}
