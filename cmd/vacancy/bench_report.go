package main

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/vacancy/vacancy/cmd/vacancy/internal/bench"
)

// printReport prints what was measured, and then the targets.
func (p *program) printReport(r bench.Report) {
	p.printf("vacancy %s, %s/%s, %s, %d processors\n\n", r.Machine.Version, r.Machine.OS, r.Machine.Arch, r.Machine.Go, r.Machine.Processors)
	t := p.newTable("MEASURED", "A SECOND", "P50 MS", "P99 MS", "MAX MS", "")
	t.SetColumnConfigs([]table.ColumnConfig{number("A SECOND"), number("P50 MS"), number("P99 MS"), number("MAX MS")})
	load := func(what string, l bench.Load, note string) {
		t.AppendRow(table.Row{what, rate(l.PerSecond), l.P50, l.P99, l.Max, note})
	}
	if r.SyncsPerSec > 0 {
		t.AppendRow(table.Row{"syncs of this disk", rate(r.SyncsPerSec)})
	}
	if s := r.Service; s != nil {
		load("holds through the service", s.Load, fmt.Sprintf("backlog %d, drained in %.1f s", s.Backlog, s.Drained/1000))
	}
	if s := r.Sustained; s != nil {
		t.AppendRow(table.Row{"holds without backlog", rate(s.PerSecond)})
	}
	if h := r.HTTP; h != nil {
		load("a mutation that does nothing", h.Nothing, "HTTP and GraphQL")
		load("holds", h.Holds, "HTTP and GraphQL")
	}
	late := func(over string, l *bench.Lateness) {
		if l != nil {
			t.AppendRow(table.Row{fmt.Sprintf("%d holds ending %s: late", l.Holds, over), "", l.P50, l.P99, l.Last, ""})
		}
	}
	late("over 10 s", r.EndingSpread)
	late("within 100 ms", r.EndingBurst)
	if past := r.Past; past != nil {
		load("holds, with no past", past.Before, "")
		load(fmt.Sprintf("holds, with %d finished", past.Finished), past.After, "")
	}
	if r.River != nil {
		t.AppendRow(table.Row{"River on PostgreSQL: holds", rate(r.River.HoldsPerSecond)})
	}
	t.Render()
	if w := r.Waiting; w != nil {
		p.printf("\n%d executions waiting: %.1f MiB resident, %.1f MiB without them, %.0f bytes each;\nready %.0f ms after a kill, %.0f ms after a stop\n",
			w.Executions, mebibytes(w.ResidentBytes), mebibytes(w.IdleBytes), w.BytesPerExecution, w.ReadyAfterKill, w.ReadyAfterStop)
	}
	p.printTargets(r.Targets)
}

func (p *program) printTargets(targets []bench.Target) {
	if len(targets) == 0 {
		return
	}
	p.printf("\n")
	t := p.newTable("TARGET", "WANTED", "GOT", "", "")
	t.SetColumnConfigs([]table.ColumnConfig{number("WANTED"), number("GOT")})
	for _, x := range targets {
		sign, verdict, kind := "≥", "met", ""
		if x.Most {
			sign = "≤"
		}
		if !x.Met {
			verdict = "MISSED"
		}
		if x.Ratio {
			kind = "ratio"
		}
		t.AppendRow(table.Row{x.What, fmt.Sprintf("%s %s %s", sign, figure(x.Want), x.Unit), fmt.Sprintf("%s %s", figure(x.Got), x.Unit), verdict, kind})
	}
	t.Render()
}

func rate(perSecond float64) string { return fmt.Sprintf("%.0f", perSecond) }

// figure writes a number with as many digits as mean something.
func figure(f float64) string {
	if f < 100 {
		return fmt.Sprintf("%.2f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
