// Package embedded is the program on one machine: SQLite, the simulated gateway and the
// embedded workflow runner, in one process on one data directory.
package embedded
