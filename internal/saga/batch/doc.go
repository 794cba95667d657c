// Package batch is the atomic import of listings, a saga: Process parses the records of a
// file and stages them, Transform makes apartments of them, Commit publishes them. Each has
// a rollback. All records become apartments, or none does.
//
// The apartments of an import are its batch. They are stored as they are made, and no
// reader sees them before the batch is published, by one conditional write of the import's
// own item: whatever a reader is shown has all of a batch or nothing of it. Publishing is
// the pivot, and the last thing that can fail; nothing rolls back what is published.
//
// It has two halves, as package booking has. A [Change] is pure: it looks at an [Import]
// and answers what it becomes, or why it may not. Around changes stands [Service], which
// the API, the workflow's steps and the sweeper call.
//
// Each step may run again, at any time and also after its own rollback: a step that acts
// on a chunk names the import, and the store refuses it once the import, or the chunk, is
// not at that stage any more.
package batch
