package sqlite_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func TestImports(t *testing.T) { storetest.RunImports(t, openImports) }

func TestImportSagas(t *testing.T) { storetest.RunImportSagas(t, openImports, 200) }

func openImports(t *testing.T) (batch.Store, booking.Store) {
	s := open(t, t.TempDir(), sqlite.Options{})
	return s.Imports(), s
}
