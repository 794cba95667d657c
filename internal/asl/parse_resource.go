package asl

import (
	"slices"
	"strings"
)

// integration is an optimized integration of Step Functions: the patterns that it has
// beside Request Response, and its actions where every one of them is known here.
type integration struct {
	sync, syncTwo, token bool
	actions              []string
}

// integrations are the optimized integrations by the service's name in the ARN (AWS Step
// Functions Developer Guide, "Integrating optimized services"; the actions from the page
// of each service).
var integrations = map[string]integration{
	"apigateway":       {token: true},
	"athena":           {sync: true},
	"aws-sdk":          {token: true},
	"batch":            {sync: true},
	"codebuild":        {sync: true},
	"databrew":         {sync: true},
	"dynamodb":         {actions: []string{"getItem", "putItem", "updateItem", "deleteItem"}},
	"elasticmapreduce": {sync: true},
	"emr-containers":   {sync: true},
	"emr-serverless":   {sync: true},
	"events":           {token: true, actions: []string{"putEvents"}},
	"glue":             {sync: true},
	"lambda":           {token: true, actions: []string{"invoke"}},
	"sagemaker":        {sync: true},
	"sns":              {token: true, actions: []string{"publish"}},
	"sqs":              {token: true, actions: []string{"sendMessage"}},
	"states":           {sync: true, syncTwo: true, token: true, actions: []string{"startExecution"}},
}

// patterns lists what may follow the action in an ARN.
func (i integration) patterns() []string {
	var all []string
	for _, p := range []struct {
		has  bool
		name string
	}{{i.sync, patternSync}, {i.syncTwo, patternSyncTwo}, {i.token, patternToken}} {
		if p.has {
			all = append(all, p.name)
		}
	}
	return all
}

// checkIntegration refuses an action or a pattern that the service does not have; of a
// service that is not known here nothing is said.
func (c *compiler) checkIntegration(n *node, base, pattern string) {
	parts := strings.SplitN(base, ":", 7)
	if len(parts) < 7 || parts[2] != "states" {
		return
	}
	service, action := parts[5], parts[6]
	known, ok := integrations[service]
	if !ok || isPlaceholder(action) {
		return
	}
	if len(known.actions) > 0 && !slices.Contains(known.actions, action) {
		c.problem(n, "the resource %s is not recognized: the integration of %s has %s", n.value, service, strings.Join(known.actions, ", "))
		c.suggest("call it as " + strings.Join(parts[:5], ":") + ":aws-sdk:" + service + ":" + action)
		return
	}
	patterns := known.patterns()
	if pattern == "" || slices.Contains(patterns, pattern) {
		return
	}
	c.problem(n, "the resource %s is not recognized: %s has no pattern .%s", n.value, service, pattern)
	switch {
	case pattern == patternToken && service == "dynamodb":
		c.suggest("call it as " + strings.Join(parts[:5], ":") + ":aws-sdk:dynamodb:" + action + "." + patternToken)
	case len(patterns) > 0:
		c.suggest("it has ." + strings.Join(patterns, " and ."))
	default:
		c.suggest("leave the pattern out")
	}
}
