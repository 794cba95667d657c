package graph

import (
	"context"
	"strings"

	"github.com/vacancy/vacancy/graph/model"
	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/saga/batch"
)

func (q queries) Import(ctx context.Context, id string) (*model.Import, error) {
	report, err := q.imports.Report(ctx, principal(ctx), id)
	if absent(err) {
		return nil, nil // GraphQL's null: there is none
	}
	if err != nil {
		return nil, err
	}
	return &model.Import{Report: report}, nil
}

func (q queries) ImportsNeedingAttention(ctx context.Context, first *int) ([]model.Import, error) {
	return needingAttention(ctx, first, q.imports.NeedingAttention, func(r batch.Report) *model.Import { return &model.Import{Report: r} })
}

func (importFields) Refused(_ context.Context, i *model.Import, first *int) ([]model.RefusedRow, error) {
	most := defaultRefusals
	if first != nil {
		most = *first
	}
	if most < 1 || most > batch.MaxRefusals {
		return nil, booking.Invalid("first", "first must be from 1 to %d, it is %d", batch.MaxRefusals, most)
	}
	rows := make([]model.RefusedRow, 0, len(i.Refusals))
	for _, r := range i.Refusals[:min(most, len(i.Refusals))] {
		rows = append(rows, model.RefusedRow{Refusal: r})
	}
	return rows, nil
}

func (r importFields) Execution(ctx context.Context, i *model.Import) (*model.Execution, error) {
	return queries(r).Execution(ctx, "import", i.Report.Execution.Name(i.ID))
}

func (m mutations) ImportApartments(ctx context.Context, in model.ImportApartmentsInput) (*model.ImportApartmentsPayload, error) {
	order := batch.Order{DryRun: in.DryRun != nil && *in.DryRun, RunType: batch.RunType(text(in.RunType))}
	i, err := m.imports.Receive(ctx, principal(ctx), strings.NewReader(in.CSV), order)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	return &model.ImportApartmentsPayload{Import: showImport(i), UserErrors: model.NewUserErrors(refusal)}, nil
}

func (m mutations) ResumeImport(ctx context.Context, in model.ResumeImportInput) (*model.ResumeImportPayload, error) {
	i, err := m.imports.Resume(ctx, principal(ctx), in.ImportID)
	refusal, err := refused(err)
	if err != nil {
		return nil, err
	}
	if refusal != nil {
		i = batch.Import{}
	}
	return &model.ResumeImportPayload{Import: showImport(i), UserErrors: model.NewUserErrors(refusal)}, nil
}

// showImport shows an import of whose rows nothing is known yet; nil for one that is not there.
func showImport(i batch.Import) *model.Import {
	if i.ID == "" {
		return nil
	}
	return &model.Import{Report: batch.Report{Import: i}}
}
