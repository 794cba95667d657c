package memory_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/internal/workflow/local/journaltest"
	"github.com/vacancy/vacancy/internal/workflow/local/memory"
)

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(*testing.T) local.Journal { return memory.New() })
}
