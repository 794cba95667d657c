package asl_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/vacancy/vacancy/internal/asl"
)

// TestMachineIsShared runs one machine in many goroutines at once; under -race it shows
// that nothing of an execution is kept in the machine.
func TestMachineIsShared(t *testing.T) {
	m, err := asl.Parse([]byte(`{"StartAt":"A","States":{
		"A":{"Type":"Pass","Result":{"list":[1,2,{"x":"y"}],"t":"2026-01-01T00:00:00Z"},"ResultPath":"$.r","Assign":{"v.$":"$.list[2]"},"Next":"B"},
		"B":{"Type":"Map","ItemsPath":"$.r.list","ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$v.x","f.$":"States.Format('{}', $.n)"},
			"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% $merge([$states.input, {'c': $states.context.Execution.Name}]) %}","End":true}}},"ResultPath":"$.m","Next":"C"},
		"C":{"Type":"Choice","Choices":[{"Variable":"$.r.t","TimestampLessThan":"2026-02-01T00:00:00Z","Next":"D"}]},
		"D":{"Type":"Pass","Parameters":{"m.$":"$.m","fixed":{"a":[1]}},"End":true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"fixed":{"a":[1]},"m":[{"c":"run","f":"7","i":0,"v":"y"},{"c":"run","f":"7","i":1,"v":"y"},{"c":"run","f":"7","i":2,"v":"y"}]}`
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				v := newVirtual(m, nil)
				if err := v.run(contextOf(false), json.RawMessage(`{"n":7}`)); err != nil {
					t.Error(err)
					return
				}
				if got := v.state.Output(); !alike(parse(json.RawMessage(want)), parse(got), false) {
					name, cause := v.state.Failure()
					t.Errorf("got %s, %s: %s", got, name, cause)
					return
				}
			}
		})
	}
	wg.Wait()
}
