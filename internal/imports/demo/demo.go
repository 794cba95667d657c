// Package demo holds a few hundred real listings to start with: README.md names their source
// and licence.
package demo

import (
	"bytes"
	_ "embed"
	"io"
)

//go:embed listings.csv
var listings []byte

// Listings reads the CSV file, in the form that package imports takes.
func Listings() io.Reader { return bytes.NewReader(listings) }
