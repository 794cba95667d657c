package batch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/vacancy/vacancy/internal/booking"
)

// Order says how to import a file.
type Order struct {
	DryRun  bool
	RunType RunType
}

// ErrUpload: the file could not be read to its end.
var ErrUpload = errors.New("reading the file failed")

// Receive stores a file as it comes, and starts its import. The file is durable when it
// returns. Refused with INVALID_INPUT where it is no list of apartments or the run type is
// not to be had; any other error is ErrUpload, with the reader's, or the
// store's, and nothing of the file is kept.
func (s *Service) Receive(ctx context.Context, who booking.Principal, file io.Reader, o Order) (Import, error) {
	if err := s.allow(o.RunType); err != nil {
		return Import{}, err
	}
	part := make([]byte, MaxPart)
	n, last, err := fill(file, part)
	if err != nil {
		return Import{}, err
	}
	// What is wrong with the head is told at once. A head that goes on past the first part is
	// too long for any format.
	if _, err := s.format.Open(bytes.NewReader(part[:n])); err != nil {
		return Import{}, err
	}
	i := Import{ID: s.newID(Kind), By: who.ID, Status: Receiving, DryRun: o.DryRun, RunType: o.RunType, CreatedAt: s.now(), Open: true}
	if err := s.store.Create(ctx, i); err != nil {
		return Import{}, fmt.Errorf("store the import: %w", err)
	}
	received := Receive{}
	for {
		if n > 0 {
			if err = s.store.StorePart(ctx, i.ID, received.Parts, part[:n]); err != nil {
				err = fmt.Errorf("store part %d of the file: %w", received.Parts, err)
				break
			}
			received.Parts, received.Bytes = received.Parts+1, received.Bytes+int64(n)
		}
		if last {
			break
		}
		if n, last, err = fill(file, part); err != nil {
			break
		}
	}
	if err == nil {
		i, err = s.store.Change(ctx, i.ID, received)
	}
	if err != nil {
		s.abandon(context.WithoutCancel(ctx), i.ID)
		return Import{}, err
	}
	return s.start(ctx, i), nil
}

// fill reads until the part is full or the file ends, which last says.
func fill(file io.Reader, part []byte) (n int, last bool, err error) {
	n, err = io.ReadFull(file, part)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return n, true, nil
	case err != nil:
		return n, false, fmt.Errorf("%w: %w", ErrUpload, err)
	}
	return n, false, nil
}

func (s *Service) allow(t RunType) error {
	switch t {
	case "", FailProcess, FailTransform, FailCommit:
		return s.injection.Allow("runType", string(t))
	}
	return booking.Invalid("runType", "the run type must be %s, %s or %s, or be left out; it is %q", FailProcess, FailTransform, FailCommit, t)
}

// abandon ends an import whose file never came to its end. The sweeper does what fails here.
func (s *Service) abandon(ctx context.Context, id string) {
	err := func() error {
		why := &Failure{Error: "UploadEnded", Cause: "the file did not arrive whole"}
		if _, err := s.store.Change(ctx, id, BeginRollback{Failure: why}); err != nil {
			return err
		}
		if err := s.store.Clear(ctx, id); err != nil {
			return err
		}
		_, err := s.store.Change(ctx, id, Conclude{Now: s.now()})
		return err
	}()
	if err != nil {
		s.log.WarnContext(ctx, "an upload that ended early is not cleared away yet; the sweeper will", "import", id, "error", err)
	}
}

// file reads the stored file part by part.
type file struct {
	ctx   context.Context
	store Store
	i     Import
	part  int
	rest  []byte
}

func (f *file) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.part == f.i.Parts {
			return 0, io.EOF
		}
		data, err := f.store.Part(f.ctx, f.i.ID, f.part)
		if err != nil {
			return 0, fmt.Errorf("part %d of the file: %w", f.part, err)
		}
		f.rest, f.part = data, f.part+1
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}
