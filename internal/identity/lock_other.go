//go:build !unix

package identity

import "os"

// canLock: a file that a server reads cannot be replaced here, so the list of revocations is
// only ever appended to, each in one write.
const canLock = false

func lock(*os.File) error { return nil }
