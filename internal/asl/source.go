package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// node is a JSON value of a definition that knows where it stands.
type node struct {
	path   string // JSONPath from the definition's root
	offset int    // of its first byte in the source
	value  any    // string, bool, nil or json.Number; nil for objects and arrays
	kind   nodeKind
	keys   []string         // of an object, in the order of the source
	member map[string]*node // of an object
	items  []*node          // of an array
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	objectNode
	arrayNode
)

// maxNesting bounds how deep a definition may nest; far above what Step Functions takes.
const maxNesting = 200

// readSource reads a definition into nodes, or says at which offset it is no JSON.
func readSource(src []byte) (*node, *Problem) {
	r := sourceReader{decoder: json.NewDecoder(bytes.NewReader(src)), src: src}
	r.decoder.UseNumber()
	root, err := r.value("$", 0)
	if err == nil {
		if _, more := r.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is something after the definition")
		}
	}
	if err == nil {
		return root, nil
	}
	at := int(r.decoder.InputOffset())
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = int(syntax.Offset)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the definition ends before it is complete")
	}
	p := problemAt(src, "$", at, "not JSON: "+strings.TrimPrefix(err.Error(), "json: "))
	return nil, &p
}

type sourceReader struct {
	decoder *json.Decoder
	src     []byte
}

func (r *sourceReader) value(path string, depth int) (*node, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested deeper than %d", maxNesting)
	}
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	n := &node{path: path, offset: r.start(token)}
	delim, ok := token.(json.Delim)
	if !ok {
		n.value = token
		return n, nil
	}
	if delim == '[' {
		n.kind = arrayNode
		for r.decoder.More() {
			item, err := r.value(fmt.Sprintf("%s[%d]", path, len(n.items)), depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, err = r.decoder.Token()
		return n, err
	}
	n.kind, n.member = objectNode, map[string]*node{}
	for r.decoder.More() {
		key, err := r.decoder.Token()
		if err != nil {
			return nil, err
		}
		name := key.(string) // the decoder takes nothing else as a name
		if _, twice := n.member[name]; twice {
			return nil, fmt.Errorf("the field %q stands twice in %s", name, path)
		}
		child, err := r.value(path+step(name), depth+1)
		if err != nil {
			return nil, err
		}
		n.keys = append(n.keys, name)
		n.member[name] = child
	}
	_, err = r.decoder.Token()
	return n, err
}

// start is where the token just read begins: the decoder tells where it ends.
func (r *sourceReader) start(token json.Token) int {
	end := int(r.decoder.InputOffset())
	switch t := token.(type) {
	case json.Delim:
		return end - 1
	case string:
		// The raw text may be longer than the string (escapes): go back to the quote
		// that no backslash precedes.
		for i := end - 2; i >= 0; i-- {
			if r.src[i] == '"' && !escaped(r.src[:i]) {
				return i
			}
		}
	case json.Number:
		return end - len(t)
	case bool:
		return end - len(fmt.Sprint(t))
	}
	return max(0, end-len("null"))
}

// escaped reports whether an odd number of backslashes ends b.
func escaped(b []byte) bool {
	return (len(b)-len(bytes.TrimRight(b, `\`)))%2 == 1
}

// step writes a member's name as a step of a JSONPath.
func step(name string) string {
	plain := name != ""
	for i, c := range name {
		plain = plain && (c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9')
	}
	if plain {
		return "." + name
	}
	return "['" + strings.ReplaceAll(name, "'", `\'`) + "']"
}

// plain is the node as a Go value.
func (n *node) plain() any {
	switch n.kind {
	case objectNode:
		object := make(map[string]any, len(n.keys))
		for _, k := range n.keys {
			object[k] = n.member[k].plain()
		}
		return object
	case arrayNode:
		array := make([]any, len(n.items))
		for i, item := range n.items {
			array[i] = item.plain()
		}
		return array
	}
	return n.value
}
