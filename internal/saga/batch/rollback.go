package batch

import (
	"context"
	"encoding/json"
)

// RollbackCommit undoes Commit, which has no effect before it publishes: from here on it
// never will. An import that is published already stays so; its Conclude says it.
func (s *Service) RollbackCommit(ctx context.Context, in Input) (Verdict, error) {
	i, err := s.rollback(ctx, in, "RollbackCommit")
	if err != nil {
		return Verdict{}, err
	}
	return verdict(i), nil
}

// RollbackTransform removes the apartments of one chunk. The chunk is never transformed
// after that.
func (s *Service) RollbackTransform(ctx context.Context, in ChunkInput) (Progress, error) {
	i, err := s.rollback(ctx, in.Input, "RollbackTransform")
	if err == nil && i.Status == RollingBack {
		err = s.store.UndoChunk(ctx, i.ID, in.Chunk)
	}
	return Progress{Chunk: in.Chunk, Of: i.Chunks}, err
}

// RollbackProcess removes what is staged: the records and the file.
func (s *Service) RollbackProcess(ctx context.Context, in Input) (Verdict, error) {
	i, err := s.rollback(ctx, in, "RollbackProcess")
	if err == nil && i.Status == RollingBack {
		err = s.store.Clear(ctx, i.ID)
	}
	if err != nil {
		return Verdict{}, err
	}
	return verdict(i), nil
}

// rollback ends the way forward, whichever rollback comes first.
func (s *Service) rollback(ctx context.Context, in Input, step string) (Import, error) {
	if err := s.injection.Compensation(step); err != nil {
		return Import{}, err
	}
	return s.store.Change(ctx, in.ImportID, BeginRollback{Failure: in.Failure.plain()})
}

// plain answers the failure with a cause for people: that of a function is JSON with the
// message in it.
func (f *Failure) plain() *Failure {
	var answered struct{ ErrorMessage string }
	if f == nil || json.Unmarshal([]byte(f.Cause), &answered) != nil || answered.ErrorMessage == "" {
		return f
	}
	return &Failure{Error: f.Error, Cause: answered.ErrorMessage}
}

// Conclude looks at what is in the store and says how the import ended. Of one that is
// published it clears away what was staged; of one that is rolled back nothing may be
// left, or else it NEEDS_ATTENTION.
func (s *Service) Conclude(ctx context.Context, in Input) (Verdict, error) {
	i, err := s.store.Import(ctx, in.ImportID)
	if err != nil {
		return Verdict{}, err
	}
	if i.Status.forward() {
		// Every rollback has given up before it could say so.
		if i, err = s.store.Change(ctx, in.ImportID, BeginRollback{Failure: in.Failure.plain()}); err != nil {
			return Verdict{}, err
		}
	}
	var left Left
	switch i.Status {
	case Published:
		err = s.store.Clear(ctx, i.ID)
	case RollingBack:
		left, err = s.store.Left(ctx, i.ID)
	}
	if err == nil {
		i, err = s.store.Change(ctx, i.ID, Conclude{Left: left, Now: s.now()})
	}
	return verdict(i), err
}
