package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Whatever is too large or no request is refused, saying so, and nothing of it is run.
func TestRequestsThatAreRefusedWhole(t *testing.T) {
	tt := suite(t)
	query := func(q string) []byte {
		body, err := json.Marshal(map[string]string{"query": q})
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	var aliases strings.Builder
	for i := range 31 {
		fmt.Fprintf(&aliases, " a%d: apartment(id: \"x\") { id }", i)
	}
	deep := "{ apartment(id: \"x\") " + strings.Repeat("{ reservation { apartment ", 7) + "{ id }" + strings.Repeat(" } }", 7) + " }"
	for name, c := range map[string]struct {
		body   []byte
		status int
		says   string
	}{
		"a body of more than 64 KiB": {query("{ __typename } #" + strings.Repeat("x", 64<<10)), http.StatusRequestEntityTooLarge, "65536 bytes"},
		"too many tokens":            {query("{" + strings.Repeat(" __typename", 1001) + " }"), http.StatusBadRequest, "token"},
		"too deep":                   {query(deep), http.StatusBadRequest, "deep"},
		"too many aliases":           {query("{" + aliases.String() + " }"), http.StatusBadRequest, "aliases"},
		"too expensive": {query(`{ apartments(first: 100) { edges { node { id reservation { id apartment { id title city state price { amount currency } reservation { id status timeline { kind at by note amount { amount currency } } payment { id status attempt createdAt amount { amount currency } } } } } } } }
			b: apartments(first: 100) { edges { node { id reservation { id apartment { id title city state price { amount currency } reservation { id status timeline { kind at by note amount { amount currency } } payment { id status attempt createdAt amount { amount currency } } } } } } } }
			c: apartments(first: 100) { edges { node { id reservation { id apartment { id title city state price { amount currency } reservation { id status timeline { kind at by note amount { amount currency } } payment { id status attempt createdAt amount { amount currency } } } } } } } } }`), http.StatusBadRequest, "costs"},
		"two mutations":    {query(`mutation { a: cancelReservation(input: {reservationId: "x"}) { userErrors { code } } b: cancelReservation(input: {reservationId: "x"}) { userErrors { code } } }`), http.StatusBadRequest, "one mutation"},
		"an unknown field": {query("{ apartment(id: \"x\") { landlordPhone } }"), http.StatusBadRequest, "landlordPhone"},
		"a subscription":   {query("subscription { x }"), http.StatusBadRequest, ""},
		"no query":         {[]byte(`{}`), http.StatusBadRequest, "query"},
		"no JSON":          {[]byte(`query { x }`), http.StatusBadRequest, "JSON"},
		"a batch":          {[]byte(`[{"query":"{ __typename }"}]`), http.StatusBadRequest, "one request"},
	} {
		status, body, err := tt.alice.post(testContext(t), "/graphql", c.body)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Data   any
			Errors []graphqlError
		}
		if err := json.Unmarshal(body, &answer); err != nil || len(answer.Errors) == 0 || answer.Data != nil {
			t.Errorf("%s is answered with %d, %.300s", name, status, body)
			continue
		}
		if e := answer.Errors[0]; status != c.status || !strings.Contains(e.Message, c.says) || e.Extensions.Code == "" || e.Extensions.Code == "INTERNAL" {
			t.Errorf("%s is refused with %d, %+v; want %d and %q in it", name, status, e, c.status, c.says)
		}
	}
}

func TestOnlyPostsOfJSONAreTaken(t *testing.T) {
	tt := suite(t)
	for _, c := range []struct {
		method, contentType string
		status              int
	}{
		{http.MethodGet, "application/json", http.StatusMethodNotAllowed},
		{http.MethodPut, "application/json", http.StatusMethodNotAllowed},
		{http.MethodPost, "text/plain", http.StatusUnsupportedMediaType},
		{http.MethodPost, "application/x-www-form-urlencoded", http.StatusUnsupportedMediaType},
		{http.MethodPost, "", http.StatusUnsupportedMediaType},
	} {
		request, err := http.NewRequestWithContext(testContext(t), c.method, tt.alice.url+"/graphql", bytes.NewReader([]byte(`{"query":"{ __typename }"}`)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", c.contentType)
		request.Header.Set("Authorization", "Bearer "+tt.alice.token)
		response, err := tt.alice.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		// Behind API Gateway another method is another route, and none.
		noRoute := shared.url() != "" && c.status == http.StatusMethodNotAllowed && response.StatusCode == http.StatusNotFound
		if response.StatusCode != c.status && !noRoute {
			t.Errorf("%s of %q is answered with %d, want %d", c.method, c.contentType, response.StatusCode, c.status)
		}
	}
}
