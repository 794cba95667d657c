package step

import "github.com/vacancy/vacancy/internal/saga/batch"

// importSteps are the steps of statemachine/import.asl.json. Each is idempotent: the
// store finds its effect, or that the import is past it.
func importSteps(s *batch.Service) []named {
	return []named{
		typed("ImportProcess", s.Process),
		typed("ImportTransform", s.Transform),
		typed("ImportCommit", s.Commit),
		typed("ImportRollbackCommit", s.RollbackCommit),
		typed("ImportRollbackTransform", s.RollbackTransform),
		typed("ImportRollbackProcess", s.RollbackProcess),
		typed("ImportConclude", s.Conclude),
	}
}
