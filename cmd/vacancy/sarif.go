package main

import (
	"path/filepath"
	"strings"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/definition"
)

// SARIF 2.1.0 (OASIS), as much of it as a list of problems needs: section 3.13 (log),
// 3.14 (run), 3.27 (result), 3.29 (physical location).
const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://json.schemastore.org/sarif-2.1.0.json"
)

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name  string      `json:"name"`
	Rules []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	} `json:"physicalLocation"`
	Logical []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

// Rules of the log: what kind of problem a result is.
var (
	ruleInvalid     = sarifRule{"asl/invalid", sarifText{"Step Functions refuses the definition, or it cannot run."}}
	ruleSuspicious  = sarifRule{"asl/suspicious", sarifText{"The definition is legal and does not do what it seems to."}}
	ruleUnsupported = sarifRule{"asl/unsupported", sarifText{"Step Functions takes it, the local runner does not."}}
)

func sarifOf(all []validated) sarifLog {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{"vacancy workflow validate", []sarifRule{ruleInvalid, ruleSuspicious, ruleUnsupported}}
	for _, v := range all {
		for _, x := range v.problems {
			run.Results = append(run.Results, sarifResultOf(x))
		}
	}
	return sarifLog{sarifSchema, sarifVersion, []sarifRun{run}}
}

func sarifResultOf(x definition.Problem) sarifResult {
	r := sarifResult{RuleID: ruleInvalid.ID, Level: "error", Message: sarifText{strings.TrimSuffix(x.Message+"; "+x.Suggestion, "; ")}}
	switch {
	case x.Unsupported:
		r.RuleID, r.Level = ruleUnsupported.ID, "note"
	case x.Severity == asl.SeverityWarning:
		r.RuleID, r.Level = ruleSuspicious.ID, "warning"
	}
	var place sarifLocation
	place.Physical.Artifact.URI = filepath.ToSlash(x.Place.File)
	if x.Place.Line > 0 {
		place.Physical.Region = &sarifRegion{x.Place.Line, x.Place.Column}
	}
	if x.Path != "" {
		place.Logical = []sarifLogical{{x.Path}}
	}
	r.Locations = []sarifLocation{place}
	return r
}
