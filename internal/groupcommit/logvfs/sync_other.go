//go:build !linux

package logvfs

import (
	"modernc.org/libc"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

// syncData makes what is in a log durable as the system's VFS does. It is a variable
// for the test that counts.
var syncData = func(tls *libc.TLS, g *gathered, file uintptr, flags int32) int32 {
	return cmemory.Function[syncFunc](g.of().FxSync)(tls, file, flags)
}
