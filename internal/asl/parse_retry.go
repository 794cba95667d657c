package asl

import (
	"encoding/json"
	"math"
	"time"

	"github.com/vacancy/vacancy/internal/asl/jsonpath"
)

// errorNames answers ErrorEquals. last says that it is of the last entry, the only one
// in which States.ALL may stand.
func (c *compiler) errorNames(n *node, last bool) []string {
	f := n.member["ErrorEquals"]
	if f == nil || f.kind != arrayNode || len(f.items) == 0 {
		c.problem(n, "ErrorEquals must be a non-empty array of error names")
		return nil
	}
	var names []string
	for _, item := range f.items {
		name, ok := item.value.(string)
		if !ok {
			c.problem(item, "an error name must be a string")
		}
		if name == errAll && (len(f.items) > 1 || !last) {
			c.problem(item, "States.ALL must stand alone, and in the last of them")
		}
		names = append(names, name)
	}
	return names
}

func (c *compiler) compileRetry(n *node) []retrier {
	var all []retrier
	c.each(n, "Retry", func(item *node, last bool) {
		c.onlyFields(item, "a Retry", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment")
		r := retrier{errors: c.errorNames(item, last), interval: time.Second, rate: 2, maxAttempts: 3}
		if item.member["IntervalSeconds"] != nil {
			r.interval = time.Duration(c.count(item, "IntervalSeconds", 1)) * time.Second
		}
		if item.member["MaxAttempts"] != nil {
			r.maxAttempts = int(c.count(item, "MaxAttempts", 0))
		}
		if f := item.member["BackoffRate"]; f != nil {
			number, _ := f.value.(json.Number)
			rate, err := number.Float64()
			if err != nil || rate < 1 || math.IsInf(rate, 0) {
				c.problem(f, "the BackoffRate must be a number of at least 1.0")
			}
			r.rate = rate
		}
		if f := item.member["MaxDelaySeconds"]; f != nil {
			r.maxDelay = time.Duration(c.count(item, "MaxDelaySeconds", 1)) * time.Second
		}
		if f := item.member["JitterStrategy"]; f != nil {
			if f.value != "FULL" && f.value != "NONE" {
				c.problem(f, "the JitterStrategy is FULL or NONE")
			}
			r.jitter = f.value == "FULL"
		}
		all = append(all, r)
	})
	return all
}

func (c *compiler) compileCatch(n *node) []catcher {
	var all []catcher
	c.each(n, "Catch", func(item *node, last bool) {
		caught := catcher{errors: c.errorNames(item, last), next: c.text(item, "Next"), assign: c.assignField(item)}
		if c.jsonata {
			c.onlyFields(item, "a Catch", "ErrorEquals", "Next", "Comment", "Assign", "Output")
			caught.output = c.templateField(item, "Output")
		} else {
			c.onlyFields(item, "a Catch", "ErrorEquals", "ResultPath", "Next", "Comment", "Assign")
			caught.resultPath = c.pathField(item, "ResultPath", jsonpath.CompileReference)
		}
		all = append(all, caught)
		if item.member["Next"] == nil {
			c.problem(item, "a Catch needs a Next")
		}
	})
	return all
}

func (c *compiler) each(n *node, field string, compile func(item *node, last bool)) {
	f := n.member[field]
	if f == nil {
		return
	}
	if f.kind != arrayNode {
		c.problem(f, "%s must be an array", field)
		return
	}
	for i, item := range f.items {
		if c.isObject(item, "an entry of "+field) {
			c.within = field + "[" + itoa(i) + "]/"
			compile(item, i == len(f.items)-1)
		}
	}
	c.within = ""
}
