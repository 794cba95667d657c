package e2e_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// importReport is an import as the API answers it.
type importReport struct {
	ID, Status                                      string
	Rows, RowsDone, Created, Unchanged, RefusedRows int
	Refused                                         []struct {
		Line   int
		Reason string
	}
	Failure   *struct{ Error string }
	Left      *struct{ Apartments int }
	PollAfter int
}

// upload posts a file to be imported atomically, and answers its import's id.
func (a account) upload(ctx context.Context, query, csv string) (status int, id string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/imports?atomic=true"+query, strings.NewReader(csv))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "text/csv")
	request.Header.Set("Authorization", "Bearer "+a.token)
	response, err := a.http.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	var accepted struct{ ID string }
	if err == nil && response.StatusCode == http.StatusAccepted {
		err = json.Unmarshal(body, &accepted)
	}
	return response.StatusCode, accepted.ID, err
}

// endedImport waits for the end of an import.
func (tt *target) endedImport(t *testing.T, id string) importReport {
	t.Helper()
	return poll(t, "import "+id+" has ended", func(ctx context.Context) (importReport, error) {
		var data struct{ Import importReport }
		err := tt.morgan.ask(ctx, `query($id: ID!) { import(id: $id) { id status rows rowsDone created unchanged refusedRows
			refused { line reason } failure { error } left { apartments } pollAfter } }`, map[string]any{"id": id}, &data)
		return data.Import, err
	}, func(i importReport) bool { return i.PollAfter == 0 && i.ID != "" })
}

// TestProcessTransformCommit is the pattern of that name: records in three steps, each with
// its rollback; on failure that of the failed step runs, and then those of the steps before.
func TestProcessTransformCommit(t *testing.T) {
	tt := suite(t)
	city := "Import" + rand.Text()[:12]
	rows := func(kind string, n int) string {
		var file strings.Builder
		file.WriteString("id,price,price_type,cityname,state\n")
		for row := range n {
			fmt.Fprintf(&file, "%s-%s-%d,%d,Monthly,%s,WA\n", city, kind, row, 100+row, city)
		}
		return file.String()
	}
	shown := func() int {
		t.Helper()
		page, err := tt.alice.apartments(t.Context(), map[string]any{"state": "WA", "city": city}, "PRICE", 100, nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Edges)
	}
	imported := func(query, csv string) importReport {
		t.Helper()
		status, id, err := tt.morgan.upload(t.Context(), query, csv)
		if err != nil || status != http.StatusAccepted {
			t.Fatalf("upload = %d, %v", status, err)
		}
		return tt.endedImport(t, id)
	}
	for _, runType := range []string{"failProcess", "failTransform", "failCommit"} {
		if i := imported("&runType="+runType, rows("a", 20)); i.Status != "FAILED" || i.Failure == nil || i.Failure.Error != "InjectedFailure" || i.Left != nil || shown() != 0 {
			t.Errorf("%s: %+v, %d shown", runType, i, shown())
		}
	}
	if i := imported("&dryRun=true", rows("a", 20)); i.Status != "CHECKED" || i.Created != 20 || shown() != 0 {
		t.Errorf("a dry run: %+v, %d shown", i, shown())
	}
	if i := imported("", rows("a", 20)+city+"-bad,free,Monthly,,\n"); i.Status != "FAILED" || i.RefusedRows != 1 || len(i.Refused) != 1 || i.Refused[0].Line != 22 || shown() != 0 {
		t.Errorf("a row that is no apartment: %+v, %d shown", i, shown())
	}
	if i := imported("", rows("a", 20)); i.Status != "PUBLISHED" || i.Created != 20 || i.RowsDone != 20 || shown() != 20 {
		t.Errorf("success: %+v, %d shown", i, shown())
	}
	if i := imported("", rows("a", 20)); i.Status != "PUBLISHED" || i.Created != 0 || i.Unchanged != 20 || shown() != 20 {
		t.Errorf("again: %+v, %d shown", i, shown())
	}
	if status, _, err := tt.alice.upload(t.Context(), "", rows("b", 1)); err != nil || status != http.StatusForbidden {
		t.Errorf("a tenant's upload: %d, %v", status, err)
	}
	if status, _, err := tt.morgan.upload(t.Context(), "", "id,price\n"); err != nil || status != http.StatusBadRequest {
		t.Errorf("a file without price_type: %d, %v", status, err)
	}
}
