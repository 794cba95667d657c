package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNoCanaryIsTold plants secrets in every place where one may come in, and looks for
// them in everything that the server logs and answers.
func TestNoCanaryIsTold(t *testing.T) {
	t.Parallel()
	const (
		notifySecret = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5"
		card         = "4000 0566 5566 5556"
		mail         = "canary@mailbox.example"
	)
	canaries := map[string]string{"the secret of notifications": notifySecret, "a card number": "5566 5556", "a card number, unspaced": "4000056655665556", "an e-mail address": "canary@mailbox"}
	plant := func(where string) string {
		value := fmt.Sprintf("cnry%02dx", len(canaries)) + strings.Repeat("q", 12)
		canaries[where] = value
		return value
	}

	flags := []string{"--log-level", "debug", "--stage", "prod"}
	if awsBackend == nil { // on AWS notifications leave by a topic
		flags = append(flags, "--notify-url", "http://user:"+plant("a password in a URL")+"@127.0.0.1:1/hook", "--notify-secret", notifySecret)
	}
	p, tt := newServer(t, flags...)
	key, err := os.ReadFile(filepath.Join(p.Dir, "signing.key"))
	if err != nil {
		t.Fatal(err)
	}
	canaries["the signing key"] = strings.TrimSpace(string(key))
	good := command(t, "", "token", "--data", p.Dir, "--user", mail, "--role", "tenant")
	canaries["a good token"] = good[strings.LastIndex(good, ".")+1:]

	var answers strings.Builder
	send := func(method, path, body string, headers map[string]string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+good)
		for name, value := range headers {
			request.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		defer answer.Body.Close()
		_, _ = fmt.Fprintf(&answers, "%d %v ", answer.StatusCode, answer.Header)
		_, _ = io.Copy(&answers, answer.Body)
	}
	gql := func(document, variables string) string {
		return fmt.Sprintf(`{"query": %q, "variables": %s}`, document, variables)
	}

	send("POST", "/graphql", "{}", map[string]string{"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ." + plant("a forged token")})
	send("POST", "/graphql", "{}", map[string]string{"Authorization": "Basic " + plant("basic credentials")})
	send("POST", "/graphql", "{}", map[string]string{"Cookie": "session=" + plant("a cookie")})
	send("POST", "/graphql", "{}", map[string]string{"X-Api-Key": plant("another header")})
	send("POST", "/graphql", "{}", map[string]string{"X-Request-Id": "id " + plant("an odd request id")})
	send("POST", "/graphql", "{}", map[string]string{"User-Agent": plant("a user agent"), "Referer": "https://x.example/" + plant("a referrer")})
	send("POST", "/graphql?access_token="+plant("a query"), "{}", nil)
	send("GET", "/eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ."+plant("a token in a path"), "", nil)
	send("GET", "/people/"+mail, "", nil)
	send("GET", "/cards/"+strings.ReplaceAll(card, " ", ""), "", nil)
	send("POST", "/graphql", `{"query": "`+plant("no JSON"), nil)
	send("POST", "/graphql", gql(`{ apartment(id: "`+plant("a cut string"), "{}"), nil)
	send("POST", "/graphql", gql(`{ apartments(first: "`+plant("a string for a number")+`") { edges { cursor } } }`, "{}"), nil)
	send("POST", "/graphql", gql(`query($n: Int) { apartments(first: $n) { edges { cursor } } }`, `{"n": "`+plant("a variable")+`"}`), nil)
	send("POST", "/graphql", gql(`mutation($in: ReserveApartmentInput!) { reserveApartment(input: $in) { userErrors { code message } } }`, `{"in": {"apartmentId": "x", "idempotencyKey": "k", "`+plant("an unknown key")+`": 1}}`), nil)
	send("POST", "/graphql", gql(`mutation($in: ReserveApartmentInput!) { reserveApartment(input: $in) { userErrors { code message } } }`, `{"in": {"apartmentId": "x", "idempotencyKey": "`+plant("an idempotency key")+strings.Repeat("k", 200)+`"}}`), nil)
	send("POST", "/graphql", gql(`mutation($in: PlaceOrderInput!) { placeOrder(input: $in) { order { id } userErrors { code message } } }`, `{"in": {"orderId": "canary-1", "total": {"amount": 1000, "currency": "USD"}, "cardNumber": "`+card+`", "address": "1 `+plant("an address")+` street"}}`), nil)
	send("POST", "/orders", `{"order_id": "canary-2", "total": 100, "card_no": "`+card+`", "address": "123 st"}`, nil)
	send("POST", "/orders", `{"order_id": "canary 3", "card_no": "`+card+`"`, nil)
	send("POST", "/webhooks/stripe", `{"secret": "`+plant("a webhook's body")+`"}`, map[string]string{"Stripe-Signature": "t=1,v1=" + plant("a webhook's signature")})
	send("POST", "/imports", "id,price\n"+plant("a file of listings")+",x\n", map[string]string{"Content-Type": "text/csv"})

	// A hold of somebody named by their e-mail address, paid for by a method that is a card.
	apartment := tt.newApartment(t, 2*time.Second)
	send("POST", "/graphql", gql(`mutation($in: ReserveApartmentInput!) { reserveApartment(input: $in) { userErrors { code } } }`, `{"in": {"apartmentId": "`+apartment+`", "idempotencyKey": "k1"}}`), nil)
	a, err := tt.alice.reserve(testContext(t), tt.newApartment(t, time.Minute), newKey())
	held := must(t, a, err).Reservation
	paying, err := tt.alice.pay(testContext(t), held.ID, card, newKey())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(&answers, "%+v\n", paying.UserErrors)
	command(t, "", "apartments", "--data", p.Dir, "--first", "1")
	// Until the short hold has lapsed and its notification has failed.
	for tick, late := time.NewTicker(50*time.Millisecond), time.After(testTime); awsBackend == nil && !strings.Contains(p.log.String(), "notification"); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("no notification was tried: %s", p.log)
		}
	}
	if code, err := p.stop(30 * time.Second); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}

	log := p.log.String()
	if len(canaries) < 20 || strings.Count(log, "\n") < 20 {
		t.Errorf("%d canaries, %d lines of log", len(canaries), strings.Count(log, "\n"))
	}
	for where, canary := range canaries {
		for line := range strings.Lines(log) {
			if strings.Contains(line, canary) {
				t.Errorf("%s is in the log: %s", where, line)
			}
		}
		for line := range strings.Lines(answers.String()) {
			if strings.Contains(line, canary) && where != "an e-mail address" { // which is the caller's own name, and theirs to read
				t.Errorf("%s is in an answer: %s", where, line)
			}
		}
	}
}
