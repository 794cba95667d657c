package lambdas_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/statemachine"
)

const (
	samFunction = "AWS::Serverless::Function"
	samMachine  = "AWS::Serverless::StateMachine"
)

// binaries are the folders of lambdas/ whose functions are no steps, by logical id.
var binaries = map[string]string{"GraphQL": "graphql", "Sweep": "sweep", "Webhook": "webhook"}

// capitalized is the logical id of a machine, and what the names of its steps begin with.
func capitalized(machine string) string { return strings.ToUpper(machine[:1]) + machine[1:] }

func TestEveryStepHasItsFunctionAndTheOtherWayRound(t *testing.T) {
	tpl := load(t)
	names := step.Names()
	for _, f := range tpl.of(samFunction) {
		handler := f.properties["Handler"]
		if want, other := binaries[f.name]; other {
			if handler != want {
				t.Errorf("%s has the handler %v, want %s", f.name, handler, want)
			}
			continue
		}
		if !slices.Contains(names, f.name) {
			t.Errorf("the function %s is no step of internal/step", f.name)
		}
		if handler != f.name {
			t.Errorf("the function %s has the handler %v: it would run another step", f.name, handler)
		}
	}
	for _, name := range names {
		if _, ok := tpl.resources[name]; !ok {
			t.Errorf("the step %s has no function in template.yaml", name)
		}
	}
	for _, f := range tpl.of(samFunction) {
		name := f.name
		event, err := os.ReadFile(root + "events/" + name + ".json")
		if err != nil || !json.Valid(event) {
			t.Errorf("%s has no event to be tried with: events/%s.json (%v)", name, name, err)
		}
	}
}

func TestEveryFunctionIsBuiltAndPublishedAlike(t *testing.T) {
	tpl := load(t)
	global := at(tpl.Globals, "Function").(object)
	for name, want := range map[string]any{"Runtime": "provided.al2023", "CodeUri": "lambdas", "Tracing": "Active", "AutoPublishAlias": "live"} {
		if global[name] != want {
			t.Errorf("Globals: %s is %v, want %v", name, global[name], want)
		}
	}
	if !refTo(list(global["Architectures"])[0], "Architecture") {
		t.Error("Globals: the architecture is not the parameter's")
	}
	for _, f := range tpl.of(samFunction) {
		if at(f.whole, "Metadata", "BuildMethod") != "makefile" || at(f.whole, "Metadata", "WorkingDirectory") != "." {
			t.Errorf("%s is not built by lambdas/Makefile in the folder of go.mod", f.name)
		}
		// Without it a function keeps its old settings behind its alias.
		if f.properties["AutoPublishAliasAllProperties"] != true {
			t.Errorf("%s does not publish a version when its settings change", f.name)
		}
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for id, folder := range binaries {
		if !strings.Contains(string(makefile), "BINARY_"+id+" = "+folder+"\n") {
			t.Errorf("the Makefile does not build %s from lambdas/%s", id, folder)
		}
	}
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9]+)\}`)

func TestEveryDefinitionHasItsMachineAndItsPlaceholders(t *testing.T) {
	tpl := load(t)
	definitions := statemachine.Definitions()
	if got := len(tpl.of(samMachine)); got != len(definitions) {
		t.Errorf("the template has %d state machines, statemachine/ %d", got, len(definitions))
	}
	for name, source := range definitions {
		m := tpl.must(t, samMachine, capitalized(name))
		if m.properties["DefinitionUri"] != "statemachine/"+name+".asl.json" || at(m.properties["Name"], "Fn::Sub") != "${AWS::StackName}-"+name {
			t.Errorf("%s is %v, by the definition %v", m.name, m.properties["Name"], m.properties["DefinitionUri"])
		}
		values := m.properties["DefinitionSubstitutions"].(object)
		wanted := map[string]bool{}
		for _, match := range placeholder.FindAllSubmatch(source, -1) {
			wanted[string(match[1])] = true
		}
		if got, want := slices.Sorted(maps.Keys(values)), slices.Sorted(maps.Keys(wanted)); !slices.Equal(got, want) {
			t.Errorf("%s fills in %q, its definition has %q", m.name, got, want)
		}
		for id, v := range values {
			want := id + ".Alias" // a published version, never what is being deployed
			if id == app.NotificationTopic {
				want = "Notifications"
			}
			if !refTo(v, want) {
				t.Errorf("%s: ${%s} is %v, want !Ref %s", m.name, id, v, want)
			}
		}
	}
}

func TestExecutionsKeepTheirDefinitionAndAreWatched(t *testing.T) {
	for _, m := range load(t).of(samMachine) {
		p := m.properties
		if p["AutoPublishAlias"] != "live" {
			t.Errorf("%s publishes no version", m.name)
		}
		preference, _ := p["DeploymentPreference"].(object)
		if kind := preference["Type"]; kind != "CANARY" && kind != "LINEAR" {
			t.Errorf("%s goes over to a new version by %v", m.name, kind)
		}
		if alarms := list(preference["Alarms"]); len(alarms) != 1 || !refTo(alarms[0], m.name+"FailedAlarm") {
			t.Errorf("%s does not go back when executions fail: %v", m.name, alarms)
		}
		if at(p, "Tracing", "Enabled") != true {
			t.Errorf("%s is not traced", m.name)
		}
		if at(p, "Logging", "IncludeExecutionData") != false || at(p, "Logging", "Level") == nil {
			t.Errorf("%s logs %v: inputs and outputs hold what a tenant said", m.name, p["Logging"])
		}
	}
}

// A function's own error reaches Retry and Catch by its name. That of a Task that timed out
// is only States.Timeout, so functions end before their Tasks do.
func TestFunctionsEndBeforeTheirTasks(t *testing.T) {
	tpl := load(t)
	limit, err := strconv.Atoi(at(tpl.Globals, "Function", "Timeout").(string))
	if err != nil {
		t.Fatal(err)
	}
	for name, source := range statemachine.Definitions() {
		var definition struct {
			States map[string]struct {
				Type, Resource string
				TimeoutSeconds int
			}
		}
		if err := json.Unmarshal(source, &definition); err != nil {
			t.Fatal(err)
		}
		for state, s := range definition.States {
			if s.Resource == "arn:aws:states:::lambda:invoke" && s.TimeoutSeconds <= limit {
				t.Errorf("%s: the Task %s gives up after %d s, its function after %d s", name, state, s.TimeoutSeconds, limit)
			}
		}
	}
}
