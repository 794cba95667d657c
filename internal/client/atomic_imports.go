package client

import (
	"context"
	"io"
	"net/url"
	"strconv"
	"time"
)

// AtomicImport is a file whose rows become apartments all or none.
type AtomicImport struct {
	ID             string         `json:"id"`
	Status         string         `json:"status"`
	DryRun         bool           `json:"dryRun"`
	Rows           int            `json:"rows"`     // in the file, as far as it is read
	RowsDone       int            `json:"rowsDone"` // looked at
	Created        int            `json:"created"`  // of an import that is not PUBLISHED, that would be
	Unchanged      int            `json:"unchanged"`
	Duplicates     int            `json:"duplicates"`
	Refused        []RefusedRow   `json:"refused"` // at most the first thousand
	RefusedRows    int            `json:"refusedRows"`
	MissingColumns []string       `json:"missingColumns"`
	Failure        *ImportFailure `json:"failure"`
	Left           *ImportLeft    `json:"left"`
	CreatedAt      time.Time      `json:"createdAt"`
	EndedAt        *time.Time     `json:"endedAt"`
	PollAfter      int            `json:"pollAfter"` // milliseconds; 0: it has ended
}

// ImportFailure is why an import is, or was, rolled back.
type ImportFailure struct {
	Error string `json:"error"`
	Cause string `json:"cause"`
}

// ImportLeft is what of an import could not be undone.
type ImportLeft struct {
	Apartments int `json:"apartments"`
	Chunks     int `json:"chunks"`
	Parts      int `json:"parts"`
}

// AtomicOrder says how to import a file.
type AtomicOrder struct {
	DryRun  bool
	RunType string // a failure to be made on purpose; "": none
}

// StartImport uploads listings as CSV, streamed, and answers the id of the import, which
// goes on by itself. Refused as ImportApartments is; rows are not looked at yet. An upload that is
// repeated after its answer was lost makes another import, which changes nothing.
func (c *Client) StartImport(ctx context.Context, open func() (io.ReadCloser, error), size int64, o AtomicOrder) (string, error) {
	query := url.Values{"atomic": {"true"}, "dryRun": {strconv.FormatBool(o.DryRun)}}
	if o.RunType != "" {
		query.Set("runType", o.RunType)
	}
	var accepted struct {
		ID string `json:"id"`
	}
	err := c.upload(ctx, open, size, query, &accepted)
	return accepted.ID, err
}

// Import asks how an import stands. Refused with NOT_FOUND.
func (c *Client) Import(ctx context.Context, id string) (AtomicImport, error) {
	var data struct {
		Import *AtomicImport `json:"import"`
	}
	if err := c.call(ctx, "Import", map[string]any{"id": id}, &data); err != nil {
		return AtomicImport{}, err
	}
	if data.Import == nil {
		return AtomicImport{}, &Refusal{Code: "NOT_FOUND", Message: "there is no import " + id}
	}
	return *data.Import, nil
}

// ResumeImport takes up the rollback of an import that needs attention. Refused with NOT_FOUND,
// NOTHING_TO_RESUME, and FORBIDDEN to a tenant.
func (c *Client) ResumeImport(ctx context.Context, id string) error {
	var data struct {
		Payload struct{ UserErrors []Refusal }
	}
	if err := c.call(ctx, "ResumeImport", map[string]any{"input": map[string]any{"importId": id}}, &data); err != nil {
		return err
	}
	if len(data.Payload.UserErrors) > 0 {
		return &data.Payload.UserErrors[0]
	}
	return nil
}
