package jsonata

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

var numberFunctions = []*native{
	fn("number", "<(nsb)-:n>", 1, toNumber),
	fn("abs", "<n-:n>", 1, mapNumber(math.Abs)),
	fn("floor", "<n-:n>", 1, mapNumber(math.Floor)),
	fn("ceil", "<n-:n>", 1, mapNumber(math.Ceil)),
	fn("round", "<n-n?:n>", 2, func(c *call) (any, error) {
		f, ok := c.numberArg(0)
		if !ok {
			return undefined, nil
		}
		precision, _ := c.numberArg(1)
		return roundTo(f, precision), nil
	}),
	fn("sqrt", "<n-:n>", 1, func(c *call) (any, error) {
		f, ok := c.numberArg(0)
		if !ok {
			return undefined, nil
		}
		if f < 0 {
			return nil, &failure{code: "D3060", token: undefined, value: c.arg(0), index: 1}
		}
		return math.Sqrt(f), nil
	}),
	fn("power", "<n-n:n>", 2, func(c *call) (any, error) {
		f, ok := c.numberArg(0)
		if !ok {
			return undefined, nil
		}
		exponent, ok := c.numberArg(1)
		result := math.Pow(f, exponent)
		if !ok || math.IsInf(result, 0) || math.IsNaN(result) {
			return nil, &failure{code: "D3061", token: undefined, value: c.arg(0), exp: c.arg(1), index: 1}
		}
		return result, nil
	}),
	fn("sum", "<a<n>:n>", 1, fold(func(total, f float64) float64 { return total + f }, func(total float64, _ int) any { return total }, 0, true)),
	fn("max", "<a<n>:n>", 1, fold(math.Max, func(total float64, _ int) any { return total }, math.Inf(-1), false)),
	fn("min", "<a<n>:n>", 1, fold(math.Min, func(total float64, _ int) any { return total }, math.Inf(1), false)),
	fn("average", "<a<n>:n>", 1, fold(func(total, f float64) float64 { return total + f }, func(total float64, n int) any { return total / float64(n) }, 0, false)),
	fn("formatInteger", "<n-s:s>", 2, func(c *call) (any, error) {
		f, ok := c.numberArg(0)
		if !ok {
			return undefined, nil
		}
		picture, _ := c.textArg(1)
		format, err := parseIntegerPicture(picture)
		if err != nil {
			return nil, err
		}
		return format.format(math.Floor(f))
	}),
	fn("parseInteger", "<s-s:n>", 2, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		picture, _ := c.textArg(1)
		format, err := parseIntegerPicture(picture)
		if err != nil {
			return nil, err
		}
		return format.parse(s)
	}),
}

func mapNumber(change func(float64) float64) func(*call) (any, error) {
	return func(c *call) (any, error) {
		f, ok := c.numberArg(0)
		if !ok {
			return undefined, nil
		}
		return change(f), nil
	}
}

// fold computes over the numbers of an array.
func fold(combine func(total, f float64) float64, result func(total float64, n int) any, initial float64, empty bool) func(*call) (any, error) {
	return func(c *call) (any, error) {
		items, ok := c.arrayArg(0)
		if !ok || len(items) == 0 && !empty {
			return undefined, nil
		}
		total := initial
		for _, item := range items {
			f, _ := number(item)
			total = combine(total, f)
		}
		return result(total, len(items)), c.ev.step(len(items))
	}
}

var (
	decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$`)
	radical = regexp.MustCompile(`^0([xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)$`)
)

func toNumber(c *call) (any, error) {
	switch v := c.arg(0).(type) {
	case undefinedValue:
		return undefined, nil
	case bool:
		if v {
			return 1.0, nil
		}
		return 0.0, nil
	case string:
		if decimal.MatchString(v) {
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				return f, nil
			}
		} else if radical.MatchString(v) && len(v) <= 300 {
			if n, ok := new(big.Int).SetString(v, 0); ok {
				f, _ := new(big.Float).SetInt(n).Float64()
				return f, nil
			}
		}
	default:
		if isNumber(v) {
			return v, nil
		}
	}
	return nil, &failure{code: "D3030", token: undefined, value: c.arg(0), index: 1}
}

// roundEven rounds to the nearest integer, halves to the even one.
func roundEven(f float64) float64 {
	f = math.RoundToEven(f)
	if f == 0 {
		return 0 // there is no minus nought
	}
	return f
}

// roundTo rounds to so many decimal places. The point is moved in the decimal
// text, since multiplying would add the error that rounding is to take away.
func roundTo(f, places float64) float64 {
	if places == 0 || math.IsNaN(places) || math.IsInf(f, 0) || math.IsNaN(f) {
		return roundEven(f)
	}
	return shiftPoint(roundEven(shiftPoint(f, places)), -places)
}

func shiftPoint(f, places float64) float64 {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	shifted := float64(e) + places
	if shifted != math.Trunc(shifted) || math.Abs(shifted) > 1e6 {
		return math.NaN()
	}
	out, _ := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(int(shifted)), 64)
	return out
}
