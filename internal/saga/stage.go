package saga

import "github.com/vacancy/vacancy/internal/booking"

// Stage is where a deployment stands.
type Stage string

const (
	Development Stage = "dev"
	Staging     Stage = "stage"
	Production  Stage = "prod"
)

// ParseStage reads a stage by its name; "" is Development. Refused with INVALID_INPUT.
func ParseStage(name string) (Stage, error) {
	switch s := Stage(name); s {
	case Development, Staging, Production:
		return s, nil
	case "":
		return Development, nil
	}
	return "", booking.Invalid("stage", "the stage must be dev, stage or prod, it is %q", name)
}
