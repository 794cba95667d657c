package main

import (
	"io"
	"os"
)

// readFile reads a file that the command line names; "-" is standard input. That it
// cannot be read is wrong usage.
func (p *program) readFile(path string) ([]byte, error) {
	if path == "-" {
		content, err := io.ReadAll(p.in)
		if err != nil {
			return nil, usagef("standard input cannot be read: %w", err)
		}
		return content, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("the file cannot be read: %w", err)
	}
	return content, nil
}
