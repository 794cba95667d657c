package asl

import (
	"encoding/json"
	"strings"
)

// compileCondition compiles a rule in JSONata.
func (c *compiler) compileCondition(n *node) rule {
	if !c.isObject(n, "a choice rule") {
		return nil
	}
	c.onlyFields(n, "a choice rule", "Comment", "Condition", "Next", "Assign", "Output")
	f := n.member["Condition"]
	if f == nil {
		c.problem(n, "a choice rule in JSONata needs a Condition")
		return nil
	}
	value := c.templateField(n, "Condition")
	if _, isLiteral := f.value.(bool); !isLiteral && asQuery(value) == nil {
		c.problem(f, "a Condition is a JSONata expression, {%% … %%}, or true or false")
		return nil
	}
	return condition{value}
}

// operators are the comparison operators, and the type of their constant.
var operators = func() map[string]string {
	all := map[string]string{"BooleanEquals": "Boolean", "StringMatches": "String"}
	for _, is := range []string{"IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"} {
		all[is] = "Boolean"
	}
	for _, kind := range []string{"String", "Numeric", "Timestamp"} {
		for _, relation := range []string{"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"} {
			all[kind+relation] = kind
		}
	}
	return all
}()

// compileRule compiles a condition. top says that it is one of the state's Choices,
// which have a Next.
func (c *compiler) compileRule(n *node, top bool) rule {
	if !c.isObject(n, "a choice rule") {
		return nil
	}
	allowed := []string{"Comment"}
	if top {
		allowed = append(allowed, "Next", "Assign")
	}
	var operator string
	for _, key := range n.keys {
		_, known := operators[strings.TrimSuffix(key, "Path")]
		switch {
		case key == "And" || key == "Or" || key == "Not" || known && !(strings.HasPrefix(key, "Is") && strings.HasSuffix(key, "Path")) && key != "StringMatchesPath":
			if operator != "" {
				c.problem(n.member[key], "a choice rule has one operator; it has %s and %s", operator, key)
			}
			operator = key
			allowed = append(allowed, key)
		case key == "Variable":
			allowed = append(allowed, key)
		}
	}
	c.onlyFields(n, "a choice rule", allowed...)
	switch operator {
	case "":
		c.problem(n, "the choice rule has no comparison operator")
		return nil
	case "And", "Or":
		return c.compileRules(n.member[operator], operator)
	case "Not":
		return noneOf{c.compileRule(n.member[operator], false)}
	}
	return c.compileComparison(n, operator)
}

func (c *compiler) compileRules(n *node, operator string) rule {
	if n.kind != arrayNode || len(n.items) == 0 {
		c.problem(n, "%s must be a non-empty array of choice rules", operator)
		return nil
	}
	rules := make([]rule, len(n.items))
	for i, item := range n.items {
		rules[i] = c.compileRule(item, false)
	}
	if operator == "And" {
		return allOf(rules)
	}
	return anyOf(rules)
}

func (c *compiler) compileComparison(n *node, operator string) rule {
	compared := &comparison{operator: operator}
	if compared.variable = c.path(n, "Variable"); compared.variable == nil {
		if n.member["Variable"] == nil {
			c.problem(n, "the choice rule with %s needs a Variable, the path of what is compared", operator)
		}
		return nil
	}
	operand := n.member[operator]
	if base, isPath := strings.CutSuffix(operator, "Path"); isPath {
		compared.operator, compared.other = base, c.path(n, operator)
		return compared
	}
	compared.constant = operand.value
	ok := operand.kind == scalarNode
	switch operators[operator] {
	case "String":
		_, is := operand.value.(string)
		ok = ok && is
	case "Numeric":
		_, is := operand.value.(json.Number)
		ok = ok && is
	case "Boolean":
		_, is := operand.value.(bool)
		ok = ok && is
	case "Timestamp":
		_, is := timestamp(operand.value)
		ok = ok && is
	}
	if !ok {
		c.problem(operand, "%s compares with a %s; this is none", operator, strings.ToLower(operators[operator]))
		compared.constant = nil
		return nil
	}
	return compared
}
