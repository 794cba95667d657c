package sfnapi

import (
	"context"
	"strings"

	"github.com/vacancy/vacancy/internal/asl"
)

type validateInput struct {
	Definition *string
	Type       string
	Severity   string
	MaxResults int
}

type validateOutput struct {
	Result      string       `json:"result"`
	Diagnostics []diagnostic `json:"diagnostics"`
	Truncated   bool         `json:"truncated"`
}

type diagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Location string `json:"location,omitempty"`
}

// validateStateMachineDefinition answers everything that can be said of a definition.
// What only this server cannot run is told as well, with a code of its own.
func (s *Server) validateStateMachineDefinition(_ context.Context, in validateInput) (validateOutput, error) {
	var c checks
	definition := c.required(in.Definition, "definition", maxDefinition)
	kind := c.oneOf(in.Type, "type", standardType, expressType)
	severity := c.oneOf(in.Severity, "severity", string(asl.SeverityError), string(asl.SeverityWarning))
	most := c.maxResults(in.MaxResults, 100, 100)
	if err := c.fault(); err != nil {
		return validateOutput{}, err
	}
	if kind == "" {
		kind = standardType
	}
	out := validateOutput{Result: "OK", Diagnostics: []diagnostic{}}
	for _, p := range asl.Diagnose([]byte(definition), asl.MachineType(kind)) {
		if p.Severity == asl.SeverityError {
			out.Result = "FAIL"
		} else if severity != string(asl.SeverityWarning) {
			continue // errors alone, unless warnings are asked for
		}
		if len(out.Diagnostics) == most {
			out.Truncated = true
			continue
		}
		message := p.Message
		if p.Suggestion != "" {
			message += "; " + p.Suggestion
		}
		out.Diagnostics = append(out.Diagnostics, diagnostic{string(p.Severity), codeOf(p), message, location(p)})
	}
	return out, nil
}

// codeOf is the code of a problem; SCHEMA_VALIDATION_FAILED is AWS's.
func codeOf(p asl.Problem) string {
	switch {
	case p.Unsupported:
		return "NOT_SUPPORTED_HERE"
	case p.Path == "" || p.Path == "$" && strings.Contains(p.Message, "JSON"):
		return "INVALID_JSON_DESCRIPTION"
	case p.Severity == asl.SeverityWarning:
		return "SUSPICIOUS"
	}
	return "SCHEMA_VALIDATION_FAILED"
}

// location writes a place as Step Functions does: /States/Pay/Next.
func location(p asl.Problem) string {
	path := strings.TrimPrefix(p.Path, "$")
	path = strings.NewReplacer(".", "/", "['", "/", "']", "").Replace(path)
	if path == "" {
		return "/"
	}
	return path
}
