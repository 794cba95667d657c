package mocktest

import (
	"encoding/xml"
	"fmt"
	"io"
)

// The JUnit XML that CI systems read: a suite for each machine. Times are those that
// passed within the executions, in seconds.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
	}
)

// WriteJUnit writes reports as JUnit XML.
func WriteJUnit(w io.Writer, reports []Report) error {
	var all junitSuites
	for _, r := range reports {
		suite := junitSuite{Name: r.Machine, Tests: len(r.Cases), Failures: r.Failed()}
		for _, c := range r.Cases {
			x := junitCase{Class: c.Machine, Name: c.Name, Time: fmt.Sprintf("%.3f", c.Took.Seconds())}
			if c.Failure != "" {
				x.Failure = &junitFailure{c.Failure}
			}
			suite.Cases = append(suite.Cases, x)
		}
		all.Suites = append(all.Suites, suite)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
