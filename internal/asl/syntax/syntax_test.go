package syntax

import (
	"strings"
	"testing"
)

func TestExpected(t *testing.T) {
	long := strings.Repeat("é", 100) + "!" + strings.Repeat("b", 200)
	for _, c := range []struct {
		expr   string
		offset int
		want   string
	}{
		{"$.a[", 4, `invalid path "$.a[": at offset 4: expected an index, found the end`},
		{"$.é", 2, `invalid path "$.é": at offset 2: expected an index, found 'é'`},
		{long, 200, `invalid path "…` + strings.Repeat("é", 30) + "!" + strings.Repeat("b", 59) + `…": at offset 200: expected an index, found '!'`},
	} {
		if got := Expected("path", c.expr, c.offset, "an index"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
