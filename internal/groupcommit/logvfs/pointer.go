package logvfs

import "unsafe"

// at answers what lies at an address outside of Go's memory.
func at[T any](address uintptr) *T {
	return *(**T)(unsafe.Pointer(&address)) // #nosec G103 -- SQLite's memory, by the types of SQLite
}

// bytesAt answers the n bytes from an address outside of Go's memory.
func bytesAt(address uintptr, n int64) []byte {
	return unsafe.Slice(at[byte](address), n) // #nosec G103 -- n is what SQLite said, or the size of a buffer of ours
}

// function answers the function that a pointer in a table of methods stands for. Such a
// pointer is what a variable of a Go function type holds.
func function[F any](pointer uintptr) F {
	return *(*F)(unsafe.Pointer(&pointer)) // #nosec G103 -- a method of SQLite's, by its type
}

// pointer is the inverse of function. f must be a function of the package, not a closure, which
// the garbage collector might take away.
func pointer[F any](f F) uintptr {
	return *(*uintptr)(unsafe.Pointer(&f)) // #nosec G103 -- the inverse
}
