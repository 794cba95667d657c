package asl

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

var texts = []string{
	`{}`, `[]`, `""`, `0`, `-0.5e+10`, `true`, `null`, ` { "a" : [ 1 , { "b" : "c\"\\\u00e9\n" } ] , "é" : false } `,
	`{"a":1,"a":2}`, `"\ud83d\ude00"`, `"` + "\xff" + `"`, `[[[[]]],{}]`, `1e400`,
	``, ` `, `{`, `[1,]`, `{"a"}`, `{"a":}`, `{a:1}`, `01`, `1.`, `-`, `1e`, `nul`, `"\x"`, `"\u12g4"`, "\"\n\"", `[1 2]`, `{}{}`, `,`, `"abc`,
}

// FuzzJSON holds the readers and writers of JSON to encoding/json.
func FuzzJSON(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text), "a")
	}
	f.Fuzz(func(t *testing.T, src []byte, name string) {
		got, err := compact(nil, src)
		var want bytes.Buffer
		if wantErr := json.Compact(&want, src); (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", src, err, wantErr)
		}
		if err != nil {
			return
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%q is compacted to %q, want %q", src, got, want.Bytes())
		}
		d := json.NewDecoder(bytes.NewReader(src))
		d.UseNumber()
		var decoded any
		if err := d.Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		if v := decode(got); !reflect.DeepEqual(v, decoded) {
			t.Fatalf("%q is decoded to %#v, want %#v", got, v, decoded)
		}
		again, err := decodeJSON(encodeJSON(decoded))
		if err != nil || !reflect.DeepEqual(again, decoded) {
			t.Fatalf("%#v is encoded to %q: %v", decoded, encodeJSON(decoded), err)
		}
		if object, isObject := decoded.(map[string]any); isObject {
			if found, ok := member(got, name); ok && !reflect.DeepEqual(decode(found), object[name]) {
				t.Fatalf("member %q of %q is %q, want %#v", name, got, found, object[name])
			} else if _, there := object[name]; ok && !there {
				t.Fatalf("%q has no member %q", got, name)
			}
		}
		array, isArray := decoded.([]any)
		items, ok := splitArray(got)
		if ok != isArray || len(items) != len(array) {
			t.Fatalf("%q is split into %q", got, items)
		}
		for i, item := range items {
			if !reflect.DeepEqual(decode(item), array[i]) {
				t.Fatalf("element %d of %q is %q", i, got, item)
			}
		}
	})
}
