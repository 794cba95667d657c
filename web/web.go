// Package web is the page at /: a tenant on a phone finds an apartment, reserves it,
// sees how long it is held, pays, extends or cancels. It needs no build: three files
// that a browser takes as they are, without a script or style from elsewhere.
package web

import "embed"

// Files holds index.html and what it loads.
//
//go:embed index.html page.js page.css
var Files embed.FS
