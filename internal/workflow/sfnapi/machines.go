package sfnapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vacancy/vacancy/internal/asl"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/catalog"
)

const (
	standardType = string(asl.Standard)
	expressType  = string(asl.Express)

	maxDefinition = 1 << 20 // characters
	maxARN        = 256     // characters
)

type createStateMachineInput struct {
	Name                    *string
	Definition              *string
	RoleARN                 *string `json:"roleArn"`
	Type                    string
	LoggingConfiguration    json.RawMessage
	TracingConfiguration    json.RawMessage
	EncryptionConfiguration json.RawMessage
	Tags                    []tag
	Publish                 bool
}

type createStateMachineOutput struct {
	StateMachineARN string `json:"stateMachineArn"`
	CreationDate    epoch  `json:"creationDate"`
}

// createStateMachine is idempotent: the same name with the same definition, type and
// configurations answers the state machine that is there.
func (s *Server) createStateMachine(ctx context.Context, in createStateMachineInput) (createStateMachineOutput, error) {
	var c checks
	m := catalog.StateMachine{
		Name: c.required(in.Name, "name", workflow.MaxNameLength), Definition: c.required(in.Definition, "definition", maxDefinition),
		RoleARN: c.required(in.RoleARN, "roleArn", maxARN), Type: c.oneOf(in.Type, "type", standardType, expressType),
		Logging: compacted(in.LoggingConfiguration), Tracing: compacted(in.TracingConfiguration), Encryption: compacted(in.EncryptionConfiguration),
	}
	if m.Type == "" {
		m.Type = standardType
	}
	if err := errors.Join(c.fault()); err != nil {
		return createStateMachineOutput{}, err
	}
	if in.Publish {
		return createStateMachineOutput{}, noVersions()
	}
	if err := workflow.CheckName(m.Name); err != nil {
		return createStateMachineOutput{}, refuse(invalidName, "Invalid Name: '%s'", m.Name)
	}
	if !strings.HasPrefix(m.RoleARN, "arn:") {
		return createStateMachineOutput{}, refuse(invalidARN, "Invalid Role Arn: '%s'", m.RoleARN)
	}
	tags, err := newTags(nil, in.Tags)
	if err != nil {
		return createStateMachineOutput{}, err
	}
	m.Tags = tags
	s.changing.Lock()
	defer s.changing.Unlock()
	arn := s.stateMachineARN(m.Name)
	if there, err := s.machine(m.Name, arn); err == nil {
		if !sameMachine(there, m) {
			return createStateMachineOutput{}, refuse(stateMachineAlreadyExists, "State Machine Already Exists: '%s'", arn)
		}
		return createStateMachineOutput{arn, epoch(there.CreatedAt)}, nil
	}
	m.CreatedAt = s.now()
	m.UpdatedAt = m.CreatedAt
	if err := s.put(ctx, m); err != nil {
		return createStateMachineOutput{}, err
	}
	return createStateMachineOutput{arn, epoch(m.CreatedAt)}, nil
}

func noVersions() *fault {
	return refuse(validation, "versions of state machines are not kept here: leave out publish and versionDescription")
}

func sameMachine(a, b catalog.StateMachine) bool {
	return a.Definition == b.Definition && a.Type == b.Type &&
		bytes.Equal(a.Logging, b.Logging) && bytes.Equal(a.Tracing, b.Tracing) && bytes.Equal(a.Encryption, b.Encryption)
}

func compacted(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if len(raw) == 0 || string(raw) == "null" || json.Compact(&b, raw) != nil {
		return nil
	}
	return b.Bytes()
}

// put checks a revision, has new executions run it, and stores it. What is refused
// changes nothing.
func (s *Server) put(ctx context.Context, m catalog.StateMachine) error {
	if err := checkDefinition(m.Definition, m.Type); err != nil {
		return err
	}
	before, existed := s.lookUp(m.Name)
	if err := s.define(ctx, m); err != nil {
		var invalid *asl.InvalidDefinition
		if errors.As(err, &invalid) {
			return definitionRefused(invalid.Problems)
		}
		if uncovered := (*uncoveredTasks)(nil); errors.As(err, &uncovered) {
			return refuse(invalidDefinition, "Invalid State Machine Definition: '%s'", uncovered)
		}
		return err
	}
	err := s.cfg.Catalog.PutStateMachine(ctx, m)
	if err == nil {
		s.remember(m)
		return nil
	}
	// It may or may not be there after a restart; until then it is as it was.
	if existed {
		err = errors.Join(err, s.define(ctx, before))
	} else {
		s.runner.Withdraw(m.Name)
		s.express.Withdraw(m.Name)
	}
	return err
}

func (s *Server) lookUp(name string) (catalog.StateMachine, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, ok := s.machines[name]
	return m, ok
}

func checkDefinition(definition, machineType string) error {
	problems := asl.Diagnose([]byte(definition), asl.MachineType(machineType))
	problems = slices.DeleteFunc(problems, func(p asl.Problem) bool { return p.Severity != asl.SeverityError })
	if len(problems) == 0 {
		return nil
	}
	return definitionRefused(problems)
}

// definitionRefused words problems as Step Functions does: message, and place.
func definitionRefused(problems []asl.Problem) error {
	said := make([]string, len(problems))
	for i, p := range problems {
		said[i] = codeOf(p) + ": " + p.Message + " at " + location(p)
		if p.Suggestion != "" {
			said[i] += " (" + p.Suggestion + ")"
		}
	}
	return refuse(invalidDefinition, "Invalid State Machine Definition: '%s'", strings.Join(said, ", "))
}

type updateStateMachineInput struct {
	StateMachineARN         *string `json:"stateMachineArn"`
	Definition              *string
	RoleARN                 *string `json:"roleArn"`
	LoggingConfiguration    json.RawMessage
	TracingConfiguration    json.RawMessage
	EncryptionConfiguration json.RawMessage
	Publish                 bool
}

type updateStateMachineOutput struct {
	UpdateDate epoch  `json:"updateDate"`
	RevisionID string `json:"revisionId"`
}

func (s *Server) updateStateMachine(ctx context.Context, in updateStateMachineInput) (updateStateMachineOutput, error) {
	var c checks
	arn := c.required(in.StateMachineARN, "stateMachineArn", maxARN)
	c.text(in.Definition, "definition", 1, maxDefinition)
	c.text(in.RoleARN, "roleArn", 1, maxARN)
	if err := c.fault(); err != nil {
		return updateStateMachineOutput{}, err
	}
	if in.Publish {
		return updateStateMachineOutput{}, noVersions()
	}
	name, _, err := machineOf(arn)
	if err != nil {
		return updateStateMachineOutput{}, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	m, err := s.machine(name, arn)
	if err != nil {
		return updateStateMachineOutput{}, err
	}
	if in.Definition == nil && in.RoleARN == nil && in.LoggingConfiguration == nil && in.TracingConfiguration == nil && in.EncryptionConfiguration == nil {
		return updateStateMachineOutput{}, refuse(missingRequiredParameter, "Either the definition, the role ARN, the LoggingConfiguration, the TracingConfiguration, or the EncryptionConfiguration must be specified")
	}
	if in.Definition != nil {
		m.Definition = *in.Definition
	}
	if in.RoleARN != nil {
		m.RoleARN = *in.RoleARN
	}
	for to, raw := range map[*json.RawMessage]json.RawMessage{&m.Logging: in.LoggingConfiguration, &m.Tracing: in.TracingConfiguration, &m.Encryption: in.EncryptionConfiguration} {
		if raw != nil {
			*to = compacted(raw)
		}
	}
	now := s.now()
	if !now.After(m.UpdatedAt) { // revisions are told apart by their time
		now = m.UpdatedAt.Add(time.Nanosecond)
	}
	m.UpdatedAt, m.RevisionID = now, s.cfg.NewID()
	if err := s.put(ctx, m); err != nil {
		return updateStateMachineOutput{}, err
	}
	return updateStateMachineOutput{epoch(m.UpdatedAt), m.RevisionID}, nil
}

type describeStateMachineInput struct {
	StateMachineARN *string `json:"stateMachineArn"`
	IncludedData    string
}

type describeStateMachineOutput struct {
	StateMachineARN         string          `json:"stateMachineArn"`
	Name                    string          `json:"name"`
	Status                  string          `json:"status"`
	Definition              string          `json:"definition,omitempty"`
	RoleARN                 string          `json:"roleArn"`
	Type                    string          `json:"type"`
	CreationDate            epoch           `json:"creationDate"`
	LoggingConfiguration    json.RawMessage `json:"loggingConfiguration"`
	TracingConfiguration    json.RawMessage `json:"tracingConfiguration"`
	EncryptionConfiguration json.RawMessage `json:"encryptionConfiguration,omitempty"`
	RevisionID              string          `json:"revisionId,omitempty"`
}

func (s *Server) describeStateMachine(_ context.Context, in describeStateMachineInput) (describeStateMachineOutput, error) {
	var c checks
	arn := c.required(in.StateMachineARN, "stateMachineArn", maxARN)
	checkIncluded(&c, in.IncludedData)
	if err := c.fault(); err != nil {
		return describeStateMachineOutput{}, err
	}
	name, _, err := machineOf(arn)
	if err != nil {
		return describeStateMachineOutput{}, err
	}
	m, ok := s.lookUp(name)
	if !ok {
		return describeStateMachineOutput{}, refuse(stateMachineDoesNotExist, "State Machine Does Not Exist: '%s'", arn)
	}
	out := describeStateMachineOutput{
		StateMachineARN: s.stateMachineARN(m.Name), Name: m.Name, Status: "ACTIVE", Definition: m.Definition, RoleARN: m.RoleARN,
		Type: m.Type, CreationDate: epoch(m.CreatedAt), RevisionID: m.RevisionID,
		LoggingConfiguration: or(m.Logging, loggingOff), TracingConfiguration: or(m.Tracing, tracingOff), EncryptionConfiguration: m.Encryption,
	}
	if m.Deleting {
		out.Status = "DELETING"
	}
	if in.IncludedData == metadataOnly {
		out.Definition = ""
	}
	return out, nil
}

const metadataOnly = "METADATA_ONLY"

func checkIncluded(c *checks, included string) {
	c.oneOf(included, "includedData", "ALL_DATA", metadataOnly)
}

func or(raw, otherwise json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return otherwise
	}
	return raw
}

type listStateMachinesInput struct {
	MaxResults int
	NextToken  *string
}

type listStateMachinesOutput struct {
	StateMachines []stateMachineItem `json:"stateMachines"`
	NextToken     string             `json:"nextToken,omitempty"`
}

type stateMachineItem struct {
	StateMachineARN string `json:"stateMachineArn"`
	Name            string `json:"name"`
	Type            string `json:"type"`
	CreationDate    epoch  `json:"creationDate"`
}

// listStateMachines lists by name. The token is the last name of the page before.
func (s *Server) listStateMachines(_ context.Context, in listStateMachinesInput) (listStateMachinesOutput, error) {
	var c checks
	most := c.maxResults(in.MaxResults, 100, 1000)
	c.text(in.NextToken, "nextToken", 1, 1024)
	if err := c.fault(); err != nil {
		return listStateMachinesOutput{}, err
	}
	after, err := openToken(in.NextToken)
	if err != nil {
		return listStateMachinesOutput{}, err
	}
	out := listStateMachinesOutput{StateMachines: []stateMachineItem{}}
	for _, m := range s.sorted() {
		if m.Name <= after {
			continue
		}
		if len(out.StateMachines) == most {
			out.NextToken = sealToken(out.StateMachines[most-1].Name)
			break
		}
		out.StateMachines = append(out.StateMachines, stateMachineItem{s.stateMachineARN(m.Name), m.Name, m.Type, epoch(m.CreatedAt)})
	}
	return out, nil
}

func (s *Server) sorted() []catalog.StateMachine {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]catalog.StateMachine, 0, len(s.machines))
	for _, m := range s.machines {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b catalog.StateMachine) int { return strings.Compare(a.Name, b.Name) })
	return all
}
