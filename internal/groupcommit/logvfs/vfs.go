package logvfs

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/vacancy/vacancy/internal/groupcommit/cmemory"
)

// name is what SQLite knows the VFS by.
const name = "vacancy-log"

// URI answers how a connection by this VFS to the file at an absolute path is opened
// (with SQLITE_OPEN_URI, https://www.sqlite.org/uri.html), and registers the VFS with SQLite when it
// is called for the first time.
func URI(path string) (string, error) {
	if err := registered(); err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	uri := url.URL{Scheme: "file", Path: path, RawQuery: "vfs=" + name}
	return uri.String(), nil
}

// What the VFS of the operating system has; written once, by registered.
var (
	systemOpen openFunc
	gatheredAt uintptr // where gathered lies in a file of this VFS: behind what the system's has
)

var registered = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := sqlite3.Xsqlite3_initialize(tls); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("initialize SQLite: result %d", rc)
	}
	system := sqlite3.Xsqlite3_vfs_find(tls, 0)
	ours := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	named, err := libc.CString(name)
	if system == 0 || ours == 0 || err != nil {
		return errors.New("register a VFS with SQLite: no memory, or no VFS of the system")
	}
	vfs := cmemory.At[sqlite3.Tsqlite3_vfs](ours)
	*vfs = *cmemory.At[sqlite3.Tsqlite3_vfs](system)
	systemOpen = cmemory.Function[openFunc](vfs.FxOpen)
	const word = 8
	gatheredAt = (uintptr(vfs.FszOsFile) + word - 1) &^ (word - 1)
	vfs.FpNext, vfs.FzName = 0, named
	vfs.FszOsFile = int32(gatheredAt + unsafe.Sizeof(gathered{}))
	vfs.FxOpen = cmemory.Pointer(openFile)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, ours, 0); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("register a VFS with SQLite: result %d", rc)
	}
	return nil
})
