package asl

func (c *compiler) compileChoice(s *state, n *node) {
	choices := n.member["Choices"]
	if choices == nil || choices.kind != arrayNode || len(choices.items) == 0 {
		c.problem(n, "Choices must be a non-empty array of choice rules")
		return
	}
	for i, item := range choices.items {
		c.within = "Choices[" + itoa(i) + "]/"
		rule := choice{}
		if c.jsonata {
			rule.rule = c.compileCondition(item)
		} else {
			rule.rule = c.compileRule(item, true)
		}
		if item.kind == objectNode {
			rule.next, rule.assign = c.text(item, "Next"), c.assignField(item)
			if c.jsonata {
				rule.output = c.templateField(item, "Output")
			}
			if item.member["Next"] == nil {
				c.problem(item, "a choice rule needs a Next")
			}
		}
		s.choices = append(s.choices, rule)
	}
	c.within = ""
	s.otherwise = c.text(n, "Default")
}

func (c *compiler) compileWait(s *state, n *node) {
	given := 0
	for _, field := range []string{"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} {
		if n.member[field] != nil {
			given++
		}
	}
	if given != 1 {
		c.problem(n, "a Wait has exactly one of Seconds, SecondsPath, Timestamp and TimestampPath; it has %d of them", given)
	}
	s.wait = c.seconds(n, "Seconds", 0)
	s.at = c.path(n, "TimestampPath")
	if f := n.member["Timestamp"]; f != nil {
		if text, is := f.value.(string); is && c.jsonata {
			if _, is := queryText(text); is {
				s.atExpr = c.templateField(n, "Timestamp")
				return
			}
		}
		at, ok := timestamp(f.value)
		if !ok {
			c.problem(f, "the Timestamp must be a time such as 2026-03-14T01:59:00Z (RFC 3339)")
		}
		s.until = at.UTC()
	}
}

// compileFailText compiles Error and Cause of a Fail, which may be given by a path, an
// intrinsic function or a JSONata expression.
func (c *compiler) compileFailText(n *node, field string) failText {
	own, byPath := n.member[field], n.member[field+"Path"]
	switch {
	case own != nil && byPath != nil:
		c.problem(byPath, "a Fail has %s or %sPath, not both", field, field)
	case own != nil && c.jsonata:
		text := c.text(n, field)
		if _, is := queryText(text); is {
			return failText{expr: c.templateField(n, field), given: true}
		}
		return failText{constant: text, given: true}
	case own != nil:
		return failText{constant: c.text(n, field), given: true}
	case byPath != nil:
		text, _ := byPath.value.(string)
		return failText{expr: c.compileExpression(byPath, field+"Path"), byPath: text, given: true}
	}
	return failText{}
}
