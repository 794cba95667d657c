package sqlite_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/notification/notificationtest"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/journaltest"
)

func open(t *testing.T, dir string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, o)
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return s
}

func openMemory(t *testing.T, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenMemory(t.Context(), o)
	if err != nil {
		t.Fatalf("OpenMemory = %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) local.Journal { return open(t, t.TempDir(), sqlite.Options{}).Journal() })
}

func TestJournalInMemory(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) local.Journal { return openMemory(t, sqlite.Options{}).Journal() })
}

func TestJournalOpenedAgain(t *testing.T) {
	journaltest.RunDurable(t, func(t *testing.T, dir string) (local.Journal, func()) {
		s := open(t, dir, sqlite.Options{})
		return s.Journal(), func() { s.Close() }
	})
}

func TestOutbox(t *testing.T) {
	notificationtest.Run(t, func(t *testing.T) notificationtest.Harness {
		dir := t.TempDir()
		s := open(t, dir, sqlite.Options{})
		return notificationtest.Harness{
			Outbox: s.Outbox(),
			Reopen: func(t *testing.T) notification.Outbox {
				s.Close()
				return open(t, dir, sqlite.Options{}).Outbox()
			},
		}
	})
}
