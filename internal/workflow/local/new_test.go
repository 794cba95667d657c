package local_test

import (
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

func TestNewRefusesWhatCannotRun(t *testing.T) {
	task := func(resource, arguments string) string {
		return `{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"Inner","States":{
			"Inner":{"Type":"Task","Resource":"` + resource + `",` + arguments + `"End":true}}}]}}}`
	}
	for name, c := range map[string]struct {
		source string
		want   []string
	}{
		"a step that is not there":     {task("arn:aws:states:::lambda:invoke", `"Parameters":{"FunctionName":"Nope"},`), []string{`"order"`, `"Inner"`, `"Nope"`}},
		"the same with a token":        {task("arn:aws:states:::lambda:invoke.waitForTaskToken", `"Parameters":{"FunctionName":"Nope","Payload":{"t.$":"$$.Task.Token"}},`), []string{`"Inner"`, `"Nope"`}},
		"a function ARN not there":     {task("arn:aws:lambda:eu-west-1:123456789012:function:Nope:live", ``), []string{`"Inner"`, `"Nope"`}},
		"a service that is not there":  {task("arn:aws:states:::sqs:sendMessage", `"Parameters":{},`), []string{`"order"`, `"Inner"`, "sqs:sendMessage"}},
		"a placeholder with no value":  {`{"StartAt":"A","States":{"A":{"Type":"Pass","Result":"${Missing}","End":true}}}`, []string{`"order"`, "${Missing}"}},
		"a definition that is invalid": {`{"StartAt":"B","States":{"A":{"Type":"Pass","End":true}}}`, []string{`"order"`}},
	} {
		_, err := local.New(t.Context(), local.Config{
			Journal:     memory.New(),
			Definitions: map[string]local.Definition{"order": {Source: []byte(c.source)}},
			Steps:       map[string]workflow.Handler{"OrderCreate": echo},
		})
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %s in it", name, err, want)
			}
		}
	}
	if _, err := local.New(t.Context(), local.Config{Definitions: definitions(map[string]string{"m": `{}`})}); err == nil {
		t.Error("accepted without a journal")
	}
}

func TestSubstitute(t *testing.T) {
	got, err := local.Substitute([]byte(`{"A":"${OrderCreate}","B":"${Quote} and ${OrderCreate}","C":"$.x","D":"{% $x %}"}`),
		map[string]string{"OrderCreate": "OrderCreate", "Quote": `say "hi"`, "Unused": "x"})
	if want := `{"A":"OrderCreate","B":"say \"hi\" and OrderCreate","C":"$.x","D":"{% $x %}"}`; err != nil || string(got) != want {
		t.Errorf("Substitute = %s, %v; want %s", got, err, want)
	}
	_, err = local.Substitute([]byte(`"${B} ${A} ${B}"`), nil)
	if err == nil || !strings.Contains(err.Error(), "${B}, ${A}") {
		t.Errorf("Substitute = %v; want both placeholders named once", err)
	}
}
