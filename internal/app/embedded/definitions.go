package embedded

import (
	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/workflow/local"
	"github.com/vacancy/vacancy/statemachine"
)

// topic is what ${NotificationTopic} stands for here, where the outbox takes the
// topic's place.
const topic = "arn:aws:sns:local:000000000000:notifications"

// definitions are the state machines with the values of their placeholders: on AWS a
// step's placeholder is the ARN of its function, here it is the step's name.
func definitions() map[string]local.Definition {
	substitutions := map[string]string{app.NotificationTopic: topic}
	for _, name := range step.Names() {
		substitutions[name] = name
	}
	all := map[string]local.Definition{}
	for machine, source := range statemachine.Definitions() {
		all[machine] = local.Definition{Source: source, Substitutions: substitutions}
	}
	return all
}
