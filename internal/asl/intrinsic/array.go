package intrinsic

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// maxRange is how many elements States.ArrayRange may make.
const maxRange = 1000

func array(_ Env, args []any) (any, error) { return args, nil }

func arrayPartition(_ Env, args []any) (any, error) {
	arr, err := arrayArgument(args, 1)
	if err != nil {
		return nil, err
	}
	size, err := integerArgument(args, 2)
	if err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, fmt.Errorf("the size of a chunk must be at least 1, not %d", size)
	}
	chunks := []any{}
	for len(arr) > 0 {
		n := int(min(size, int64(len(arr))))
		chunks = append(chunks, arr[:n:n])
		arr = arr[n:]
	}
	return chunks, nil
}

func arrayContains(_ Env, args []any) (any, error) {
	arr, err := arrayArgument(args, 1)
	if err != nil {
		return nil, err
	}
	for _, element := range arr {
		if equal(element, args[1]) {
			return true, nil
		}
	}
	return false, nil
}

func arrayRange(_ Env, args []any) (any, error) {
	var bounds [3]int64
	for i := range bounds {
		n, err := integerArgument(args, i+1)
		if err != nil {
			return nil, err
		}
		bounds[i] = n
	}
	first, last, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		return nil, fmt.Errorf("the step of a range must not be 0")
	}
	numbers := []any{}
	for n := first; (step > 0 && n <= last) || (step < 0 && n >= last); {
		if len(numbers) == maxRange {
			return nil, fmt.Errorf("a range must not have more than %d elements", maxRange)
		}
		numbers = append(numbers, integer(n))
		next := n + step
		if (next > n) != (step > 0) { // past the 64 bits
			break
		}
		n = next
	}
	return numbers, nil
}

func arrayGetItem(_ Env, args []any) (any, error) {
	arr, err := arrayArgument(args, 1)
	if err != nil {
		return nil, err
	}
	number, _ := args[1].(json.Number)
	index, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil {
		return nil, wrongType(args, 2, "an integer")
	}
	if index < 0 || index >= int64(len(arr)) {
		return nil, fmt.Errorf("the index %d is out of range for an array of %d elements", index, len(arr))
	}
	return arr[index], nil
}

func arrayLength(_ Env, args []any) (any, error) {
	arr, err := arrayArgument(args, 1)
	if err != nil {
		return nil, err
	}
	return integer(int64(len(arr))), nil
}

// arrayUnique keeps the first of equal elements. Equal elements have the same
// JSON text, so that is what finds them: comparing each with each would take
// hours for a large array.
func arrayUnique(_ Env, args []any) (any, error) {
	arr, err := arrayArgument(args, 1)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(arr))
	unique := []any{}
	var text []byte
	for _, element := range arr {
		text = appendJSON(text[:0], element)
		if !seen[string(text)] {
			seen[string(text)] = true
			unique = append(unique, element)
		}
	}
	return unique, nil
}
