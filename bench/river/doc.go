// Command river measures what River on PostgreSQL does with the work that Vacancy
// does: a reservation stored and a job scheduled for its deadline in one transaction,
// 64 callers at once; and how late the jobs run when many deadlines come together.
//
// It works on the database that DATABASE_URL names, in a schema of its own that it
// makes anew. `bench/with-postgres` starts a PostgreSQL for it and takes it away again.
package main
