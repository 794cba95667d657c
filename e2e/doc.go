// Package e2e holds the tests that know Vacancy only from outside: the binary, its
// flags, its exit codes, and GraphQL over HTTP by a client of their own.
//
// Most of them are one suite about what the API promises, written for any [target]:
//
//   - by default a server of this build on a data directory of its own. When the suite
//     is done that server is stopped and its data and the payment gateway's ledger are
//     audited against the invariants of the design, section 3;
//   - with VACANCY_E2E_BACKEND=aws, the same with --backend aws, on DynamoDB Local and the
//     Step Functions API of 'vacancy workflow serve', which it starts (aws_test.go);
//   - with VACANCY_E2E_URL, a server that runs somewhere, a deployed stack for instance.
//     VACANCY_E2E_TOKENS then names a file of JSON with the tokens of two tenants and
//     a manager: {"alice":"…","bob":"…","morgan":"…"}.
//
// The others start and stop servers of their own: how the process behaves
// (process_test.go), and what is left of it when it is killed (kill_test.go, which says
// how many times).
package e2e
