package jsonpath

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// function is a function at the end of a path, such as length in $.a.length().
type function struct {
	name  string
	apply func(any) (any, error)
}

// functions are those of Jayway that take no argument.
var functions = func() map[string]*function {
	table := make(map[string]*function)
	for _, f := range []*function{
		{"length", length},
		{"size", length},
		{"keys", keys},
		{"first", element(0)},
		{"last", element(-1)},
		{"min", aggregate(slices.Min[[]float64])},
		{"max", aggregate(slices.Max[[]float64])},
		{"sum", aggregate(sum)},
		{"avg", aggregate(mean)},
		{"stddev", aggregate(deviation)},
	} {
		table[f.name] = f
	}
	return table
}()

func functionNames() string {
	return strings.Join(slices.Sorted(maps.Keys(functions)), ", ")
}

// length counts the elements of an array or the members of an object; of
// anything else it is null.
func length(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		return json.Number(strconv.Itoa(len(v))), nil
	case map[string]any:
		return json.Number(strconv.Itoa(len(v))), nil
	}
	return nil, nil
}

func keys(v any) (any, error) {
	obj, ok := v.(map[string]any)
	if !ok {
		return nil, nil
	}
	names := make([]any, 0, len(obj))
	for _, name := range sortedNames(obj) {
		names = append(names, name)
	}
	return names, nil
}

func element(index int) func(any) (any, error) {
	return func(v any) (any, error) {
		arr, _ := v.([]any)
		if i, ok := within(index, len(arr)); ok {
			return arr[i], nil
		}
		return nil, nil
	}
}

var errNoNumbers = errors.New("no numbers to aggregate")

// aggregate computes over the numbers of an array and passes over the rest. The
// result is a floating-point number, and written as one.
func aggregate(compute func([]float64) float64) func(any) (any, error) {
	return func(v any) (any, error) {
		arr, _ := v.([]any)
		var numbers []float64
		for _, element := range arr {
			if n, ok := element.(json.Number); ok {
				f, err := n.Float64()
				if err == nil {
					numbers = append(numbers, f)
				}
			}
		}
		if len(numbers) == 0 {
			return nil, errNoNumbers
		}
		f := compute(numbers)
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, errNoNumbers
		}
		return floatNumber(f), nil
	}
}

func floatNumber(f float64) json.Number {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if abs := math.Abs(f); abs < 1e15 && abs >= 1e-3 || f == 0 {
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.Number(text)
}

func sum(numbers []float64) float64 {
	var total float64
	for _, n := range numbers {
		total += n
	}
	return total
}

func mean(numbers []float64) float64 { return sum(numbers) / float64(len(numbers)) }

// deviation is the standard deviation of the whole population.
func deviation(numbers []float64) float64 {
	m := mean(numbers)
	var squares float64
	for _, n := range numbers {
		squares += (n - m) * (n - m)
	}
	return math.Sqrt(squares / float64(len(numbers)))
}
