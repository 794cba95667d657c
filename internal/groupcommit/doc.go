// Package groupcommit opens a SQLite file for a program that writes from many
// goroutines and must lose nothing.
//
// One goroutine owns the only connection that writes. It takes everything that
// waits, runs it in one transaction and commits once, so the cost of a sync is
// shared by all who wait for it (group commit). [DB.Write] returns when that commit
// is on the disk: the file is in WAL mode with synchronous=FULL. Readers have
// connections of their own and never wait for the writer.
//
// It knows no schema. Migrations come from the caller, as do the statements.
package groupcommit
