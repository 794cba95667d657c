package httpapi

import (
	"net/http"
	"net/netip"
	"strings"
)

// MaxProxies is how many proxies a server may stand behind.
const MaxProxies = 10

// clientAddress answers where a request came from: the connection's other end or, behind so
// many proxies of ours, what the outermost of them wrote into X-Forwarded-For. Each proxy
// adds whom it was asked by on the right, so that is so many places from there; what stands
// further left the client may have written, and is not believed. A request that has not come
// through all of them, or of which they wrote what is no address, came from the connection's
// other end, as far as anybody can tell.
func clientAddress(r *http.Request, proxies int) string {
	if proxies == 0 {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	if len(hops) < proxies {
		return r.RemoteAddr
	}
	hop := strings.TrimSpace(hops[len(hops)-proxies])
	if at, err := netip.ParseAddrPort(hop); err == nil { // some proxies write the port, too
		return at.Addr().String()
	}
	at, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	if err != nil || at.Zone() != "" {
		return r.RemoteAddr
	}
	return at.String()
}
