package jsonata

import (
	"math"
	"strings"
)

func (ev *evaluator) binary(n *node, input any, env *scope) (any, error) {
	left, err := ev.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if n.text == "and" || n.text == "or" {
		if ev.isTrue(left) == (n.text == "or") {
			return n.text == "or", nil
		}
		right, err := ev.eval(n.rhs, input, env)
		if err != nil {
			return nil, named(err, n.text)
		}
		return ev.isTrue(right), nil
	}
	right, err := ev.eval(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	v, err := ev.operate(n.text, left, right)
	if err != nil {
		return nil, named(err, n.text)
	}
	return v, nil
}

// named says which operator failed.
func named(err error, operator string) error {
	f, ok := asFailure(err)
	if !ok || f.code == "" {
		return err
	}
	out := *f
	out.token = operator
	return &out
}

func (ev *evaluator) operate(operator string, left, right any) (any, error) {
	ev.scan(left, right)
	switch operator {
	case "+", "-", "*", "/", "%":
		return arithmetic(operator, left, right)
	case "=":
		return left != undefined && right != undefined && ev.same(left, right), nil
	case "!=":
		return left != undefined && right != undefined && !ev.same(left, right), nil
	case "<", "<=", ">", ">=":
		return compare(operator, left, right)
	case "&":
		return ev.concat(left, right)
	case "..":
		return ev.span(left, right)
	default: // in
		return ev.in(left, right)
	}
}

// scan counts the work of reading through texts.
func (ev *evaluator) scan(values ...any) {
	for _, v := range values {
		if s, ok := v.(string); ok {
			ev.steps += len(s) / 256
		}
	}
}

func operand(code string, v any) (float64, error) {
	if v == undefined {
		return 0, nil
	}
	f, ok := number(v)
	if !ok || math.IsNaN(f) {
		return 0, failValue(code, v)
	}
	return f, finite(f)
}

func arithmetic(operator string, left, right any) (any, error) {
	a, err := operand("T2001", left)
	if err != nil {
		return nil, err
	}
	b, err := operand("T2002", right)
	if err != nil {
		return nil, err
	}
	if left == undefined || right == undefined {
		return undefined, nil
	}
	switch operator {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/":
		return a / b, nil
	default:
		return math.Mod(a, b), nil
	}
}

// ordered reports whether a value has an order: a number, a string or nothing.
func hasOrder(v any) bool {
	switch v.(type) {
	case string, undefinedValue:
		return true
	}
	return isNumber(v)
}

func compare(operator string, left, right any) (any, error) {
	if !hasOrder(left) {
		return nil, failValue("T2010", left)
	}
	if !hasOrder(right) {
		return nil, failValue("T2010", right)
	}
	if left == undefined || right == undefined {
		return undefined, nil
	}
	order, ok := orderOf(left, right)
	if !ok {
		f := failValue("T2009", left)
		f.value2 = right
		return nil, f
	}
	switch operator {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	default:
		return order >= 0, nil
	}
}

// orderOf compares two numbers or two strings; ok is false for one of each.
func orderOf(left, right any) (order int, ok bool) {
	if a, isText := left.(string); isText {
		b, isText := right.(string)
		return compareUTF16(a, b), isText
	}
	a, _ := number(left)
	b, ok := number(right)
	switch {
	case a < b:
		return -1, ok
	case a > b:
		return 1, ok
	}
	return 0, ok
}

// compareUTF16 orders strings by their UTF-16 units: surrogates, which stand for
// everything beyond the basic plane, come before U+E000.
func compareUTF16(a, b string) int {
	if strings.Compare(a, b) == 0 {
		return 0
	}
	x, y := []rune(a), []rune(b)
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			if (x[i] > 0xffff) != (y[i] > 0xffff) && x[i] >= 0xd800 && y[i] >= 0xd800 {
				return strings.Compare(string(y[i]), string(x[i]))
			}
			return int(x[i] - y[i])
		}
	}
	return len(x) - len(y)
}

func (ev *evaluator) concat(left, right any) (any, error) {
	a, err := ev.text(left)
	if err != nil {
		return nil, err
	}
	b, err := ev.text(right)
	if err != nil {
		return nil, err
	}
	if err := ev.grow(len(a) + len(b)); err != nil {
		return nil, err
	}
	return a + b, nil
}

// text is a value as $string writes it; nothing is the empty text.
func (ev *evaluator) text(v any) (string, error) {
	switch v := v.(type) {
	case undefinedValue:
		return "", nil
	case string:
		return v, nil
	}
	return ev.stringify(v, "")
}

func (ev *evaluator) stringify(v any, indent string) (string, error) {
	if _, ok := v.(function); ok {
		return "", nil
	}
	if f, ok := v.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
		return "", failValue("D3001", v)
	}
	w := writer{indent: indent, round: true, limit: maxValue}
	w.value(v, "")
	if w.limited {
		return "", errTooBig
	}
	if w.infinite {
		return "", failValue("D1001", math.Inf(1))
	}
	return string(w.out), ev.grow(len(w.out))
}

// span is the range operator.
func (ev *evaluator) span(left, right any) (any, error) {
	from, err := integerOperand("T2003", left)
	if err != nil {
		return nil, err
	}
	to, err := integerOperand("T2004", right)
	if err != nil {
		return nil, err
	}
	if left == undefined || right == undefined || from > to {
		return undefined, nil
	}
	size := to - from + 1
	if size > 1e7 {
		return nil, failValue("D2014", size)
	}
	if err := ev.grow(int(size) * scalarSize); err != nil {
		return nil, err
	}
	out := &list{items: make([]any, int(size)), sequence: true}
	for i := range out.items {
		out.items[i] = from + float64(i)
	}
	return out, ev.step(len(out.items))
}

func integerOperand(code string, v any) (float64, error) {
	if v == undefined {
		return 0, nil
	}
	f, ok := number(v)
	if !ok || f != math.Trunc(f) || math.IsInf(f, 0) {
		return 0, failValue(code, v)
	}
	return f, nil
}

// in reports whether a scalar is among the elements of an array.
func (ev *evaluator) in(left, right any) (any, error) {
	if left == undefined || right == undefined {
		return false, nil
	}
	items := elementsOf(right)
	for _, item := range items {
		if a, ok := number(left); ok {
			if b, ok := number(item); ok && a == b {
				return true, nil
			}
			continue
		}
		if _, compound := elements(left); !compound && !isObject(left) && identical(left, item) {
			return true, nil
		}
	}
	return false, ev.step(len(items))
}
