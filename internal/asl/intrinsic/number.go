package intrinsic

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"github.com/vacancy/vacancy/internal/asl/builtin"
)

func integer(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

// roundedInteger reads a number as Step Functions reads the integers of its
// functions: rounded to the nearest, halves up.
func roundedInteger(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
		return i, true
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return 0, false
	}
	f = math.Floor(f + 0.5)
	if f < -1<<63 || f >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

func mathAdd(_ Env, args []any) (any, error) {
	a, err := integerArgument(args, 1)
	if err != nil {
		return nil, err
	}
	b, err := integerArgument(args, 2)
	if err != nil {
		return nil, err
	}
	sum := a + b
	if (sum > a) != (b > 0) && b != 0 {
		return nil, errors.New("the sum does not fit in 64 bits")
	}
	return integer(sum), nil
}

// mathRandom answers an integer from the first argument up to, but without, the
// second. A third is a seed: the same seed gives the same number.
func mathRandom(env Env, args []any) (any, error) {
	start, err := integerArgument(args, 1)
	if err != nil {
		return nil, err
	}
	end, err := integerArgument(args, 2)
	if err != nil {
		return nil, err
	}
	if start >= end {
		return nil, fmt.Errorf("the end of the range (%d) must be greater than its start (%d)", end, start)
	}
	if len(args) == 3 {
		seed, err := integerArgument(args, 3)
		if err != nil {
			return nil, err
		}
		if span := end - start; span > 0 {
			return integer(start + builtin.NewRandom(seed).IntN(span)), nil
		}
		return nil, errors.New("a range with a seed must not be wider than 63 bits")
	}
	offset, _ := bits.Mul64(env.Rand(), uint64(end-start))
	return integer(start + int64(offset)), nil
}

func uuid(env Env, _ []any) (any, error) { return builtin.UUID(env.Rand), nil }
