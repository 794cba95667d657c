package mocktest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
)

// Coverage says what the test cases of a machine reached together. Branches are the
// rules and the Default of Choice states and the Catchers.
type Coverage struct {
	States, StatesReached     int
	Branches, BranchesReached int
	Missed                    []string // each as "state Pay", "HasItBeenPaid.Choices[1] → Ship"
}

// Percent is the part of states and branches that was reached, from 0 to 100.
func (c Coverage) Percent() float64 {
	if c.States+c.Branches == 0 {
		return 100
	}
	return 100 * float64(c.StatesReached+c.BranchesReached) / float64(c.States+c.Branches)
}

// reached is what executions came through.
type reached struct {
	entered  map[string]bool
	branches map[asl.Branch]bool
}

func newReached() *reached {
	return &reached{entered: map[string]bool{}, branches: map[asl.Branch]bool{}}
}

func (r *reached) took(b asl.Branch) { r.branches[b] = true }

// states notes the states that a history entered.
func (r *reached) states(history []workflow.HistoryEvent) {
	for _, e := range history {
		if !strings.HasSuffix(e.Type, "StateEntered") {
			continue
		}
		var details struct{ Name string }
		if json.Unmarshal(e.Details, &details) == nil {
			r.entered[details.Name] = true
		}
	}
}

func (r *reached) coverage(v asl.View) Coverage {
	var c Coverage
	r.count(&c, v)
	return c
}

func (r *reached) count(c *Coverage, v asl.View) {
	for _, s := range v.States {
		c.States++
		if r.entered[s.Name] {
			c.StatesReached++
		} else {
			c.Missed = append(c.Missed, "state "+s.Name)
		}
		for i, next := range s.Choices {
			r.branch(c, asl.Branch{State: s.Name, Kind: asl.ChoiceBranch, Index: i}, next)
		}
		if s.Default != "" {
			r.branch(c, asl.Branch{State: s.Name, Kind: asl.DefaultBranch}, s.Default)
		}
		for i, catch := range s.Catches {
			r.branch(c, asl.Branch{State: s.Name, Kind: asl.CatchBranch, Index: i}, catch.Next)
		}
		for _, b := range s.Branches {
			r.count(c, b)
		}
	}
}

func (r *reached) branch(c *Coverage, b asl.Branch, next string) {
	c.Branches++
	if r.branches[b] {
		c.BranchesReached++
		return
	}
	place := fmt.Sprintf("%s.%s[%d]", b.State, b.Kind, b.Index)
	if b.Kind == asl.DefaultBranch {
		place = b.State + ".Default"
	}
	c.Missed = append(c.Missed, place+" → "+next)
}
