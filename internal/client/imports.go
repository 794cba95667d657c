package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Import is what became of an upload of listings.
type Import struct {
	ID        string `json:"id,omitempty"`
	DryRun    bool   `json:"dryRun"`
	Rows      int    `json:"rows"`      // that were read
	Created   int    `json:"created"`   // listings that are new; 0 of a dry run
	Unchanged int    `json:"unchanged"` // listings that were there already and stay as they are
	// Refused are the rows that were not taken, at most the first thousand of them;
	// RefusedRows counts all.
	Refused        []RefusedRow `json:"refused"`
	RefusedRows    int          `json:"refusedRows"`
	MissingColumns []string     `json:"missingColumns,omitempty"` // that could be read and that the file has not
}

// RefusedRow says why a row of the file was not taken.
type RefusedRow struct {
	Line   int    `json:"line"`             // of the file, from 1; the header is line 1
	Column string `json:"column,omitempty"` // "" when the row as a whole is at fault
	Reason string `json:"reason"`
}

// ImportApartments uploads listings as CSV, streamed. It opens the file anew for
// each attempt: importing again changes nothing. size is the file's, or -1 where it is
// not known. A dry run stores nothing. Refused with INVALID_INPUT where it is no such CSV, or is too large, and
// with FORBIDDEN to a tenant; single rows are refused in the answer.
func (c *Client) ImportApartments(ctx context.Context, open func() (io.ReadCloser, error), size int64, dryRun bool) (Import, error) {
	var result Import
	err := c.upload(ctx, open, size, url.Values{"dryRun": {strconv.FormatBool(dryRun)}}, &result)
	return result, err
}

// upload posts a file of listings and reads the answer into out.
func (c *Client) upload(ctx context.Context, open func() (io.ReadCloser, error), size int64, query url.Values, out any) error {
	target := c.server + "/imports?" + query.Encode()
	return c.retried(ctx, func() attempt {
		file, err := open()
		if err != nil {
			return attempt{err: err}
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, file)
		if err != nil {
			_ = file.Close()
			return attempt{err: err}
		}
		request.ContentLength = size
		request.Header.Set("Content-Type", "text/csv")
		request.Header.Set("Accept", "application/json")
		a, status := c.send(request)
		if status.err != nil {
			return status
		}
		return attempt{err: a.read(out)}
	})
}

// read reads an answer of a route that is not GraphQL's.
func (a answer) read(out any) error {
	if a.status >= http.StatusMultipleChoices {
		return a.failure()
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return &ServerFault{Status: a.status, Message: "its answer is no JSON that this version of vacancy understands"}
	}
	return nil
}
