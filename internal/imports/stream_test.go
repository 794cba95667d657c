package imports_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/imports"
)

// repeated reads a header and then n times the same text.
func repeated(header, text string, n int) io.Reader {
	return io.MultiReader(strings.NewReader(header), &repeater{text: text, left: n})
}

type repeater struct {
	text string
	at   int
	left int
}

func (r *repeater) Read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(b, r.text[r.at:])
	if r.at += n; r.at == len(r.text) {
		r.at, r.left = 0, r.left-1
	}
	return n, nil
}

// Whatever a file is made of, an import does not hold it in memory.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const megabytes = 64
	kilobyte := strings.Repeat("x", 1023)
	tests := map[string]string{
		"one line":              kilobyte + "x",
		"one quoted field":      `""` + kilobyte[1:] + "x",
		"lines":                 kilobyte + "\n",
		"blank lines":           strings.Repeat("\n", 1024),
		"lines that open":       `"` + kilobyte[1:] + "\n",
		"lines of the same row": "1,Monthly,100,t\n" + kilobyte[:1007] + "\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			header := "id,price_type,price,title\n"
			if name == "one quoted field" {
				header += `1,Monthly,100,"`
			}
			var peak uint64
			watched := &watcher{in: repeated(header, text, megabytes<<10), peak: &peak}
			if _, err := imports.Run(t.Context(), watched, nil); err != nil {
				t.Fatal(err)
			}
			if peak > 16<<20 {
				t.Errorf("%d MiB of heap were in use on the way through %d MiB", peak>>20, megabytes)
			}
		})
	}
}

// watcher notes the most heap in use, now and then.
type watcher struct {
	in    io.Reader
	reads int
	peak  *uint64
}

func (w *watcher) Read(b []byte) (int, error) {
	if w.reads++; w.reads%4096 == 0 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		*w.peak = max(*w.peak, stats.HeapAlloc)
	}
	return w.in.Read(b)
}

func TestAReaderThatFailsEndsTheImport(t *testing.T) {
	broken := errors.New("connection reset")
	for _, text := range []string{"", "id,pri", rows(3), rows(3) + "4,Monthly,1", "id,price_type,price,title\n1,Monthly,100,\"op\nen"} {
		s := &shelf{}
		_, err := imports.Run(t.Context(), io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), s.store)
		if !errors.Is(err, broken) {
			t.Errorf("%q: %v, want the reader's error", text, err)
		}
		if len(s.apartments) != 0 {
			t.Errorf("%q: %d rows of a batch that was cut short were stored", text, len(s.apartments))
		}
	}
}

// FuzzRun feeds anything. Nothing panics; the counts add up; what is stored is valid;
// the same comes out however the bytes arrive; and where encoding/csv reads the whole file
// without complaint, as many rows are seen here.
func FuzzRun(f *testing.F) {
	f.Add([]byte(columns + "a,1.5,2,USD,\"Cats,Dogs\",1390,Monthly,640,Seattle,WA\r\n"))
	f.Add([]byte("\ufeffid,price_type,price,title\n1,Monthly,100,\"a\nb\"\n2,Monthly,100,\"\n3,Monthly,100,c\n"))
	f.Add([]byte("id,price_type,price\n\n\r\n\"1\",Monthly,5\n\"\"\"\n1,Monthly,5\n\xff,\x00,"))
	f.Add([]byte("id,price_type,price\n1,Monthly,5\r\r\n2,Weekly,6\r"))
	if text, err := os.ReadFile("demo/listings.csv"); err == nil {
		f.Add(text[:2000])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := &shelf{}
		report, err := imports.Run(t.Context(), bytes.NewReader(text), s.store)
		slow := &shelf{}
		bytewise, bytewiseErr := imports.Run(t.Context(), iotest.OneByteReader(bytes.NewReader(text)), slow.store)
		if !reflect.DeepEqual(report, bytewise) || (err == nil) != (bytewiseErr == nil) || !reflect.DeepEqual(s.apartments, slow.apartments) {
			t.Fatalf("at once %+v, %v; byte by byte %+v, %v", report, err, bytewise, bytewiseErr)
		}
		if err != nil {
			if booking.CodeOf(err) != booking.InvalidInput || report.Rows != 0 || len(s.apartments) != 0 {
				t.Fatalf("%v after %d rows", err, report.Rows)
			}
			return
		}
		if report.Rows != report.Created+report.Unchanged+report.RefusedRows || report.Created != len(s.apartments) {
			t.Fatalf("the counts do not add up: %+v and %d stored", report, len(s.apartments))
		}
		for id, a := range s.apartments {
			if err := a.Validate(); err != nil || id == "" || a.SourceID != id {
				t.Fatalf("stored %+v: %v", a, err)
			}
		}
		whole := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
		whole.FieldsPerRecord = -1
		if records, err := whole.ReadAll(); err == nil && len(text) < 64<<10 && len(records)-1 != report.Rows {
			t.Fatalf("%d rows, encoding/csv has %d", report.Rows, len(records)-1)
		}
	})
}
