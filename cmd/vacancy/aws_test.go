package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vacancy/vacancy/internal/client"
)

// pool answers as CloudFormation and Cognito do, for the stack vacancy-dev and its users.
type pool struct {
	passwords map[string]string // by e-mail address
	groups    map[string][]string
	refuse    string // the operation that is refused
}

func (u *pool) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Amz-Target") == "" {
		u.describe(w, r)
		return
	}
	var in struct {
		Username, Password, GroupName string
		AuthParameters                map[string]string
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fail := func(name string) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"__type":"%s","message":"no"}`, name)
	}
	if operation == u.refuse {
		fail("InvalidPasswordException")
		return
	}
	_, known := u.passwords[in.Username]
	switch operation {
	case "AdminCreateUser":
		if known {
			fail("UsernameExistsException")
			return
		}
		u.passwords[in.Username] = ""
	case "AdminSetUserPassword":
		u.passwords[in.Username] = in.Password
	case "AdminDeleteUser":
		delete(u.passwords, in.Username)
	case "AdminAddUserToGroup":
		u.groups[in.Username] = append(u.groups[in.Username], in.GroupName)
	case "AdminInitiateAuth":
		if name := in.AuthParameters["USERNAME"]; u.passwords[name] != in.AuthParameters["PASSWORD"] {
			fail("NotAuthorizedException")
			return
		}
		_, _ = fmt.Fprint(w, `{"AuthenticationResult":{"AccessToken":"access-token","ExpiresIn":3600}}`)
		return
	}
	_, _ = fmt.Fprint(w, `{}`)
}

func (*pool) describe(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	if r.FormValue("StackName") != "vacancy-dev" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id nope does not exist</Message></Error></ErrorResponse>`)
		return
	}
	outputs := ""
	for _, o := range [][2]string{{"ApiUrl", "https://api.example.com"}, {"Region", "eu-west-1"}, {"Stage", "dev"}, {"UserPoolId", "eu-west-1_a"}, {"UserPoolClientId", "c1"}, {"Issuer", "https://idp.example.com"}, {"TableName", "t"}} {
		outputs += "<member><OutputKey>" + o[0] + "</OutputKey><OutputValue>" + o[1] + "</OutputValue></member>"
	}
	_, _ = fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>vacancy-dev</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, outputs)
}

// onAWS answers a harness whose AWS is a pool, and whose tokens are kept in a folder of the test.
func onAWS(t *testing.T) (*harness, *pool) {
	t.Helper()
	h := newHarness(t)
	u := &pool{passwords: map[string]string{}, groups: map[string][]string{}}
	server := httptest.NewServer(u)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CONFIG_FILE": os.DevNull} {
		t.Setenv(name, value)
	}
	h.env["XDG_CONFIG_HOME"] = t.TempDir()
	h.env[passwordVariable] = "Correct-horse-9"
	return h, u
}

func TestAWSLoginMakesAUserOnceAndKeepsTheToken(t *testing.T) {
	h, u := onAWS(t)
	login := []string{"aws", "login", "--stack", "vacancy-dev", "--user", "ann@example.com", "--group", "manager"}
	r := h.must(exitDone, h.run(login...))
	if !strings.Contains(r.out, "ann@example.com is a new user.") || !strings.Contains(r.out, "vacancy --server https://api.example.com") || strings.Contains(r.out+r.err, "access-token") || strings.Contains(r.out+r.err, "Correct-horse") {
		t.Errorf("%q, %q", r.out, r.err)
	}
	if r := h.must(exitDone, h.run(login...)); strings.Contains(r.out, "new user") || u.passwords["ann@example.com"] != "Correct-horse-9" || u.groups["ann@example.com"][0] != "manager" {
		t.Errorf("%q, %v, %v", r.out, u.passwords, u.groups)
	}
	credentials := client.CredentialsIn(h.env["XDG_CONFIG_HOME"])
	kept, ok, err := credentials.Of("https://api.example.com/")
	if err != nil || !ok || kept.Token != "access-token" || !kept.ExpiresAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v, %t, %v", kept, ok, err)
	}
	if info, err := os.Stat(credentials.Path()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	h.clock = noon.Add(time.Hour)
	if r := h.must(exitFailed, h.runOn(&screen{}, "--server", "https://api.example.com", "apartments")); !strings.Contains(r.err, "vacancy aws login --stack vacancy-dev --user ann@example.com") {
		t.Errorf("%q", r.err)
	}
}

func TestAWSLoginThatIsRefused(t *testing.T) {
	h, u := onAWS(t)
	u.passwords["tim@example.com"] = "another"
	if r := h.must(exitFailed, h.run("aws", "login", "--stack", "vacancy-dev", "--user", "tim@example.com")); !strings.Contains(r.err, "the password is not the user's") {
		t.Errorf("%q", r.err)
	}
	u.refuse = "AdminSetUserPassword"
	if r := h.must(exitFailed, h.run("aws", "login", "--stack", "vacancy-dev", "--user", "new@example.com")); !strings.Contains(r.err, "set the password of new@example.com") {
		t.Errorf("%q", r.err)
	}
	if _, there := u.passwords["new@example.com"]; there {
		t.Error("a user without a password is left behind")
	}
	if _, ok, err := client.CredentialsIn(h.env["XDG_CONFIG_HOME"]).Of("https://api.example.com"); ok || err != nil {
		t.Errorf("a token is kept: %v", err)
	}
}

func TestAWSOutputs(t *testing.T) {
	h, _ := onAWS(t)
	golden(t, "aws_outputs", h.must(exitDone, h.run("aws", "outputs", "--stack", "vacancy-dev")).out)
	golden(t, "aws_outputs_amplify", h.must(exitDone, h.run("aws", "outputs", "--stack", "vacancy-dev", "--amplify")).out)
	if r := h.must(exitFailed, h.run("aws", "outputs", "--stack", "nope")); !strings.Contains(r.err, "there is no such stack in this region and account (eu-west-1)") {
		t.Errorf("%q", r.err)
	}
}
