package asl

// BranchKind is why an execution left a state where it had several ways to go.
type BranchKind string

const (
	ChoiceBranch  BranchKind = "Choices" // a rule of a Choice held
	DefaultBranch BranchKind = "Default" // none did
	CatchBranch   BranchKind = "Catch"   // an error was caught
)

// Branch is one way out of a state. Index counts the rules, or the catchers, from 0.
type Branch struct {
	State string
	Kind  BranchKind
	Index int
}

func (a *advance) took(f *frame, kind BranchKind, index int) {
	if a.env.Took != nil {
		a.env.Took(Branch{f.state.name, kind, index})
	}
}
