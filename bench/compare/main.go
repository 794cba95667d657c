// Command compare prints what `bench/river --json` and `vacancy bench --json` measured
// beside each other, and the ratios of both. With --check it exits with 1 when a ratio
// misses its target, or was not measured.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/vacancy/vacancy/bench/report"
)

func main() {
	river := flag.String("river", "", "`file` that bench/river --json printed")
	vacancy := flag.String("vacancy", "", "`file` that vacancy bench --json printed")
	asJSON := flag.Bool("json", false, "print JSON")
	check := flag.Bool("check", false, "exit with 1 when a ratio misses its target")
	flag.Parse()
	unmet, err := compare(os.Stdout, *river, *vacancy, *asJSON)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	case *check && len(unmet) > 0:
		for _, why := range unmet {
			fmt.Fprintln(os.Stderr, "target missed:", why)
		}
		os.Exit(1)
	}
}

// both is what --json prints.
type both struct {
	River       json.RawMessage     `json:"river"`
	Vacancy     json.RawMessage     `json:"vacancy"`
	Comparisons []report.Comparison `json:"comparisons"`
}

func compare(out io.Writer, riverFile, vacancyFile string, asJSON bool) (unmet []string, err error) {
	var r report.River
	var v report.Vacancy
	var b both
	if b.River, err = read(riverFile, &r); err != nil {
		return nil, err
	}
	if b.Vacancy, err = read(vacancyFile, &v); err != nil {
		return nil, err
	}
	b.Comparisons = report.Compare(r, v)
	if asJSON {
		err = json.NewEncoder(out).Encode(b)
	} else {
		err = report.WriteTable(out, b.Comparisons)
	}
	return report.Unmet(b.Comparisons), err
}

// read decodes the report in a file, and answers it as it stands there too.
func read(file string, into any) (json.RawMessage, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, into); err != nil {
		return nil, fmt.Errorf("%s is no report of a benchmark: %w", file, err)
	}
	return content, nil
}
