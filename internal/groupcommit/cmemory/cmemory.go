// Package cmemory reaches what SQLite, transpiled from C, keeps outside of Go's memory: its
// structs, and the tables of functions by which a program extends it. An address is only good
// for as long as SQLite's documentation says.
package cmemory

import "unsafe"

// At answers what lies at an address outside of Go's memory.
func At[T any](address uintptr) *T {
	return *(**T)(unsafe.Pointer(&address)) // #nosec G103 -- SQLite's memory, by the types of SQLite
}

// Bytes answers the n bytes from an address outside of Go's memory.
func Bytes(address uintptr, n int64) []byte {
	return unsafe.Slice(At[byte](address), n) // #nosec G103 -- n is what SQLite said, or the size of a buffer of ours
}

// Function answers the function that a pointer in a table of functions stands for. Such a
// pointer is what a variable of a Go function type holds.
func Function[F any](pointer uintptr) F {
	return *(*F)(unsafe.Pointer(&pointer)) // #nosec G103 -- a function of SQLite's, by its type
}

// Pointer is the inverse of Function. f must be a function of a package, not a closure, which
// the garbage collector might take away.
func Pointer[F any](f F) uintptr {
	return *(*uintptr)(unsafe.Pointer(&f)) // #nosec G103 -- the inverse
}
