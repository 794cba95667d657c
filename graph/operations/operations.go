// Package operations holds ready GraphQL documents for apps: browse, reserve, pay,
// extend, cancel, poll; place an order and poll it. The page at / sends these very texts.
package operations

import "embed"

// Files holds one document a file, NAME.graphql.
//
//go:embed *.graphql
var Files embed.FS
