package graph_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestNothingIsEchoed: what a caller writes as a value does not come back in an error, nor
// stand in the log, wherever it was put.
func TestNothingIsEchoed(t *testing.T) {
	a := newAPI(t)
	token := a.token(ann)
	const secret = "c4n4ryvalue"
	variables := func(document string, values string) string {
		body, _ := json.Marshal(document)
		return `{"query": ` + string(body) + `, "variables": ` + values + `}`
	}
	for what, body := range map[string]string{
		"no JSON":                      `{"query": "` + secret,
		"a parse error in a string":    quoted(`{ apartment(id: "` + secret),
		"a string for a name":          quoted(`{ "` + secret + `" }`),
		"a block string for a name":    quoted(`{ """` + secret + `""" }`),
		"a comment":                    quoted(`{ # ` + secret + "\n }"),
		"a string for an Int":          quoted(`{ apartments(first: "` + secret + `") { edges { cursor } } }`),
		"a string for an enum":         quoted(`{ myReservations(status: "` + secret + `") { edges { cursor } } }`),
		"a name for an enum":           quoted(`{ myReservations(status: ` + secret + `) { edges { cursor } } }`),
		"a string for an object":       quoted(`mutation { cancelReservation(input: "` + secret + `") { userErrors { code } } }`),
		"a list for an Int":            quoted(`{ apartments(first: ["` + secret + `"]) { edges { cursor } } }`),
		"an object for an id":          quoted(`{ apartment(id: {x: "` + secret + `"}) { id } }`),
		"a variable for an Int":        variables(`query($n: Int) { apartments(first: $n) { edges { cursor } } }`, `{"n": "`+secret+`"}`),
		"a variable for an enum":       variables(`query($s: ReservationStatus) { myReservations(status: $s) { edges { cursor } } }`, `{"s": "`+secret+`"}`),
		"a variable for an object":     variables(`mutation($in: CancelReservationInput!) { cancelReservation(input: $in) { userErrors { code } } }`, `{"in": "`+secret+`"}`),
		"an unknown key of a variable": variables(`mutation($in: CancelReservationInput!) { cancelReservation(input: $in) { userErrors { code } } }`, `{"in": {"reservationId": "x", "`+secret+`": 1}}`),
		"a deep key of a variable":     variables(`mutation($in: CancelReservationInput!) { cancelReservation(input: $in) { userErrors { code } } }`, `{"in": {"reservationId": {"`+secret+`": {"x": 1}}}}`),
		"an operation's name":          `{"query": "query a { __typename }", "operationName": "` + secret + `"}`,
		"a document's name":            `{"documentId": "` + secret + `"}`,
	} {
		got := a.post(token, body)
		if got.Code != 400 || strings.Contains(got.Body.String(), secret) {
			t.Errorf("%s: %d %s", what, got.Code, got.Body)
		}
	}
	if strings.Contains(a.log.String(), secret) {
		t.Errorf("the log: %s", a.log)
	}
	// Names stay: an app's author has to find the mistake.
	if got := a.post(token, quoted(`{ apartment(id: "x") { colour } }`)); !strings.Contains(got.Body.String(), `\"colour\"`) {
		t.Errorf("an unknown field is not named: %s", got.Body)
	}
	if got := a.post(token, variables(`query($n: Int) { apartments(first: $n) { edges { cursor } } }`, `{"n": "x"}`)); !strings.Contains(got.Body.String(), `"n"`) {
		t.Errorf("the variable at fault is not named: %s", got.Body)
	}
}
