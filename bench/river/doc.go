// Command river measures what River on PostgreSQL does with the work that Vacancy
// does: an apartment set from VACANT to RESERVED and a job scheduled for the end of its
// payment window in one durable transaction, 64 callers at once; the same with the
// queue's workers running; and how late apartments are vacant again when many windows
// end together.
//
// It works on the database that DATABASE_URL names, in a schema of its own that it
// makes anew, and refuses a server whose commits are not durable.
// `bench/with-postgres` starts a PostgreSQL for it and takes it away again.
package main
