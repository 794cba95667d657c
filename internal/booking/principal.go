package booking

// Role says what a principal may do.
type Role string

const (
	Tenant   Role = "tenant"
	Manager  Role = "manager"
	Operator Role = "operator"
)

// Principal is who asks, as the identity provider names them.
type Principal struct {
	ID   string
	Role Role
}

// Manages reports whether the principal may see and do what concerns all tenants.
func (p Principal) Manages() bool { return p.Role == Manager || p.Role == Operator }
