package jsonata

import "strings"

// signature is the types of a function's arguments, as in <s-nn?:s>.
type signature struct{ params []parameter }

type parameter struct {
	types    string // the symbols of the types it takes; m is a missing value
	kind     byte   // the symbol it was declared with, '(' for a choice
	subtype  string // of the elements of an array
	optional bool
	repeated bool
	context  bool // where it is missing, the context value takes its place
}

// element names the types of an array's elements in messages.
var element = map[string]any{
	"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings",
}

// must parses a signature of the language itself.
func must(text string) *signature {
	s, err := parseSignature(text)
	if err != nil {
		panic(err)
	}
	return s
}

func parseSignature(text string) (*signature, *SyntaxError) {
	s := &signature{}
	last := func() *parameter {
		if len(s.params) == 0 {
			return &parameter{}
		}
		return &s.params[len(s.params)-1]
	}
	for i := 1; i < len(text) && text[i] != ':'; i++ {
		switch c := text[i]; c {
		case 's', 'n', 'b', 'l', 'o':
			s.params = append(s.params, parameter{types: string(c) + "m", kind: c})
		case 'a', 'x':
			s.params = append(s.params, parameter{types: "asnblfom", kind: c})
		case 'f':
			s.params = append(s.params, parameter{types: "f", kind: c})
		case 'j':
			s.params = append(s.params, parameter{types: "asnblom", kind: c})
		case '-':
			last().context = true
			last().optional = true
		case '?':
			last().optional = true
		case '+':
			last().repeated = true
		case '(':
			end := closing(text, i, '(', ')')
			choice := text[i+1 : end]
			if strings.Contains(choice, "<") {
				return nil, &SyntaxError{Code: "S0402", Offset: i, value: choice}
			}
			s.params = append(s.params, parameter{types: choice + "m", kind: c})
			i = end
		case '<':
			if k := last().kind; k != 'a' && k != 'f' {
				return nil, &SyntaxError{Code: "S0401", Offset: i, value: string(k)}
			}
			end := closing(text, i, '<', '>')
			last().subtype = text[i+1 : end]
			i = end
		}
	}
	return s, nil
}

// closing finds the bracket that closes the one at start, or the end.
func closing(text string, start int, open, shut byte) int {
	depth := 1
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case shut:
			if depth--; depth == 0 {
				return i
			}
		case open:
			depth++
		}
	}
	return max(len(text)-1, start+1)
}

// symbol is the type of a value as signatures write it.
func symbol(v any) byte {
	switch typeName(v) {
	case "undefined":
		return 'm'
	case "null":
		return 'l'
	case "boolean":
		return 'b'
	case "string":
		return 's'
	case "number":
		return 'n'
	case "array":
		return 'a'
	case "function":
		return 'f'
	}
	return 'o'
}

func (p *parameter) takes(symbol byte) bool { return strings.IndexByte(p.types, symbol) >= 0 }

// match says how many arguments each parameter takes, as a regular expression of
// the signature would: as many as it can, and fewer where the rest needs them.
func match(params []parameter, symbols []byte, counts []int) bool {
	if len(params) == 0 {
		return len(symbols) == 0
	}
	p := &params[0]
	most := 0
	for most < len(symbols) && p.takes(symbols[most]) && (most == 0 || p.repeated) {
		most++
	}
	least := 1
	if p.optional {
		least = 0
	}
	for n := most; n >= least; n-- {
		if match(params[1:], symbols[n:], counts[1:]) {
			counts[0] = n
			return true
		}
	}
	return false
}

// validate checks the arguments and puts them into the form the function expects:
// the context value for one that is missing, an array for a single element.
func (s *signature) validate(args []any, context any) ([]any, error) {
	symbols := make([]byte, len(args))
	for i, arg := range args {
		symbols[i] = symbol(arg)
	}
	counts := make([]int, len(s.params)+1)
	if !match(s.params, symbols, counts) {
		return nil, s.mismatch(args, symbols)
	}
	out := make([]any, 0, max(len(s.params), len(args)))
	next := 0
	for i := range s.params {
		p := &s.params[i]
		if counts[i] == 0 {
			if !p.context {
				arg := undefined
				if next < len(args) {
					arg = args[next]
				}
				out = append(out, arg)
				next++
				continue
			}
			if !p.takes(symbol(context)) {
				return nil, &failure{code: "T0411", token: undefined, value: context, index: next + 1}
			}
			out = append(out, context)
			continue
		}
		for range counts[i] {
			arg := undefined
			if next < len(args) {
				arg = args[next]
			}
			if p.kind == 'a' && arg != undefined {
				var err error
				if arg, err = p.array(arg, counts[i], next+1); err != nil {
					return nil, err
				}
			}
			out = append(out, arg)
			next++
		}
	}
	return out, nil
}

// array checks the elements of an argument and makes an array of a single one.
func (p *parameter) array(arg any, count, index int) (any, error) {
	items, isArray := elements(arg)
	ok := true
	if p.subtype != "" {
		if !isArray {
			ok = count == 1 && string(symbol(arg)) == p.subtype
		} else if len(items) > 0 {
			first := symbol(items[0])
			ok = first == p.subtype[0]
			for _, item := range items {
				ok = ok && symbol(item) == first
			}
		}
	}
	if !ok {
		plural, known := element[p.subtype]
		if !known {
			plural = undefined
		}
		return nil, &failure{code: "T0412", token: undefined, value: arg, index: index, plural: plural}
	}
	if !isArray {
		return &list{items: []any{arg}}, nil
	}
	return arg, nil
}

// mismatch finds the argument that does not match.
func (s *signature) mismatch(args []any, symbols []byte) error {
	good := 0
	for i := range s.params {
		n, ok := prefix(s.params[:i+1], symbols)
		if !ok {
			break
		}
		good = n
	}
	var value any = undefined
	if good < len(args) {
		value = args[good]
	}
	return &failure{code: "T0410", token: undefined, value: value, index: good + 1}
}

// prefix says how many arguments the parameters take from the front.
func prefix(params []parameter, symbols []byte) (int, bool) {
	for n := len(symbols); n >= 0; n-- {
		if match(params, symbols[:n], make([]int, len(params)+1)) {
			return n, true
		}
	}
	return 0, false
}
