package jsonata

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/vacancy/vacancy/internal/asl/builtin"
)

// stateFunctions are those that Step Functions adds to the language
// (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
var stateFunctions = []*native{
	fn("parse", "<s?:x>", 1, func(c *call) (any, error) {
		s, ok := c.textArg(0)
		if !ok {
			return undefined, nil
		}
		if err := c.ev.grow(len(s)); err != nil {
			return nil, err
		}
		dec := json.NewDecoder(strings.NewReader(s))
		dec.UseNumber()
		v, err := readJSON(dec)
		if err == nil {
			if _, err = dec.Token(); err == io.EOF {
				return v, nil
			}
		}
		return nil, &failure{code: "D3137", token: undefined, detail: "Invalid JSON"}
	}),
	fn("partition", "<xn?:a>", 2, partition),
	fn("range", "<nnn?:a>", 3, numbersFrom),
	fn("hash", "<ss?:s>", 2, hash),
	fn("random", "<n?:n>", 1, func(c *call) (any, error) {
		seed, ok := c.numberArg(0)
		if !ok {
			return uniform(c.ev.rand), nil
		}
		return builtin.NewRandom(towardsZero(seed)).Float64(), nil
	}),
	fn("uuid", "<:s>", 0, func(c *call) (any, error) {
		return builtin.UUID(c.ev.rand), nil
	}),
}

// readJSON reads a value and keeps the order of its members. A name that comes
// twice is refused, as Step Functions does.
func readJSON(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('['):
		out := &list{}
		for dec.More() {
			v, err := readJSON(dec)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, v)
		}
		_, err := dec.Token()
		return out, err
	case json.Delim('{'):
		out := newObject()
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			if _, twice := out.values[name.(string)]; twice {
				return nil, fmt.Errorf("the name %q comes twice", name)
			}
			v, err := readJSON(dec)
			if err != nil {
				return nil, err
			}
			out.set(name.(string), v)
		}
		_, err := dec.Token()
		return out, err
	}
	if n, ok := tok.(json.Number); ok {
		_, err = strconv.ParseFloat(string(n), 64)
	}
	return tok, err
}

// towardsZero cuts the fraction off.
func towardsZero(f float64) int64 {
	switch {
	case math.IsNaN(f):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// partition splits an array into chunks of a size. Without one the whole is the
// only chunk; with a size of 0 there is none.
func partition(c *call) (any, error) {
	if c.arg(0) == undefined {
		return undefined, nil
	}
	items, ok := c.arrayArg(0)
	if !ok {
		return nil, &failure{code: "T0412", token: undefined, value: c.arg(0), index: 1, plural: undefined}
	}
	if len(items) == 0 {
		return undefined, nil
	}
	size := int64(len(items))
	if f, ok := c.numberArg(1); ok {
		size = towardsZero(f)
	}
	switch {
	case size < 0:
		return nil, &failure{code: "D3137", token: undefined, detail: "Second argument must be zero or greater"}
	case size == 0:
		return undefined, nil
	}
	out := &list{}
	for len(items) > 0 {
		n := int(min(size, int64(len(items))))
		if err := c.ev.push(out, &list{items: items[:n:n]}); err != nil {
			return nil, err
		}
		items = items[n:]
	}
	return out, nil
}

// numbersFrom is $range: from the first to the last by a step, the last included
// where a step lands on it.
func numbersFrom(c *call) (any, error) {
	first, ok1 := c.numberArg(0)
	last, ok2 := c.numberArg(1)
	if !ok1 || !ok2 {
		index := 1
		if ok1 {
			index = 2
		}
		return nil, &failure{code: "T0410", token: undefined, index: index}
	}
	by, ok := c.numberArg(2)
	from, to, step := towardsZero(first), towardsZero(last), towardsZero(by)
	if !ok || step == 0 || step > 0 && from > to || step < 0 && from < to {
		return undefined, nil
	}
	out := sequenceOf()
	for n := from; ; n += step {
		if err := c.ev.push(out, json.Number(strconv.FormatInt(n, 10))); err != nil {
			return nil, err
		}
		if step > 0 && uint64(to)-uint64(n) < uint64(step) || step < 0 && uint64(n)-uint64(to) < -uint64(step) {
			return out, c.ev.step(len(out.items))
		}
	}
}

func hash(c *call) (any, error) {
	s, ok := c.textArg(0)
	if !ok {
		return nil, &failure{code: "T0410", token: undefined, index: 1}
	}
	algorithm, ok := c.textArg(1)
	if !ok {
		return undefined, nil
	}
	digest, ok := builtin.Hash(algorithm, s)
	if !ok {
		return nil, &failure{code: "D3137", token: undefined, detail: "Hash algorithm '" + algorithm + "' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"}
	}
	return digest, nil
}
