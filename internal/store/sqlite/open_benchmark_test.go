package sqlite_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/store/sqlite"
)

// BenchmarkOpenWithAMillionKeys opens a file in which the keys of a million holds are remembered, of
// which the store then has an entry each in memory.
func BenchmarkOpenWithAMillionKeys(b *testing.B) {
	const keys = 1_000_000
	dir := benchDir(b)
	openIn(b, dir).Close() // makes the schema
	past(b, dir, keys, true)
	before := heap()
	var s *sqlite.Store
	for b.Loop() {
		if s != nil {
			s.Close()
		}
		var err error
		if s, err = sqlite.Open(b.Context(), dir, sqlite.Options{}); err != nil {
			b.Fatalf("Open = %v", err)
		}
	}
	b.ReportMetric((heap()-before)/keys, "B/key")
	s.Close()
}
