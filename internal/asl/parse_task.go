package asl

import (
	"cmp"
	"strings"
)

func (c *compiler) compileTask(s *state, n *node) {
	resource := c.text(n, "Resource")
	s.timeout = c.seconds(n, "TimeoutSeconds", 1)
	s.heartbeat = c.seconds(n, "HeartbeatSeconds", 1)
	if s.timeout.isConstant() && s.heartbeat.isConstant() && s.heartbeat.constant >= s.timeout.constant {
		c.problem(n.member["HeartbeatSeconds"], "HeartbeatSeconds must be less than TimeoutSeconds, which is %d", int64(s.timeout.constant))
	}
	if n.member["Resource"] == nil {
		c.problem(n, "a Task needs a Resource, the ARN of what it calls")
		return
	}
	if isPlaceholder(resource) && !strings.HasPrefix(resource, "arn:") { // of a function's own ARN, as templates have it
		s.resource, s.service = resource, functionService(resource)
		return
	}
	if !strings.HasPrefix(resource, "arn:") || strings.Count(resource, ":") < 5 {
		c.problem(n.member["Resource"], "the Resource must be an ARN such as arn:aws:states:::lambda:invoke, it is %q", resource)
		return
	}
	if strings.HasPrefix(resource, "arn:aws:states:") && strings.Contains(resource, ":activity:") {
		c.unsupported(n.member["Resource"], "activities are not supported; use lambda:invoke.waitForTaskToken")
		return
	}
	s.resource, s.pattern = splitPattern(resource)
	c.checkIntegration(n.member["Resource"], s.resource, s.pattern)
	s.service = serviceOf(s.resource, s.pattern)
	if p := cmp.Or(n.member["Parameters"], n.member["Arguments"]); p != nil && p.kind == objectNode {
		if f := p.member["FunctionName"]; f != nil {
			s.function, _ = f.value.(string)
		}
	}
}

// splitPattern parts the pattern of a service integration from its resource; other
// resources, and placeholders such as ${Function.Arn}, have none.
func splitPattern(resource string) (base, pattern string) {
	for _, pattern := range []string{patternToken, patternSyncTwo, patternSync} {
		if base, ok := strings.CutSuffix(resource, "."+pattern); ok {
			return base, pattern
		}
	}
	return resource, ""
}
