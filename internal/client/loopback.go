package client

import "net/netip"

// OnThisMachine reports whether the server's URL names a loopback address.
func OnThisMachine(server string) bool {
	u, err := parseServer(server)
	return err == nil && isLoopback(u.Hostname())
}

// SameServer reports whether two URLs, with or without a scheme, name one address.
func SameServer(a, b string) bool {
	ua, errA := parseServer(a)
	ub, errB := parseServer(b)
	return errA == nil && errB == nil && ua.String() == ub.String()
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
