// Package vacancy is the deployment on AWS, as a file.
package vacancy

import _ "embed"

// Template is template.yaml. The tests in lambdas hold it to the program.
//
//go:embed template.yaml
var Template []byte
