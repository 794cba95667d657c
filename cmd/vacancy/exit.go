package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/client"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // refused, or failed
	exitUsage  = 2 // the command line, or a file it names, is wrong
)

// usageError is a wrong command line that only the command itself could find wrong.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// alreadyTold ends a command with a code when what there is to say has been said.
type alreadyTold struct{ code int }

func (alreadyTold) Error() string { return "failed" }

// fail tells the error and answers the exit code that it means.
func (p *program) fail(ctx context.Context, command *cobra.Command, err error) int {
	var told alreadyTold
	if errors.As(err, &told) {
		return told.code
	}
	var usage usageError
	if !p.ready || errors.As(err, &usage) {
		_, _ = fmt.Fprintf(p.err, "vacancy: %v\n\nRun '%s --help' for how it is used.\n", err, command.CommandPath())
		return exitUsage
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	if p.global.json {
		p.failJSON(err)
		return exitFailed
	}
	_, _ = fmt.Fprintf(p.err, "vacancy: %s\n", p.explain(err))
	return exitFailed
}

// failJSON tells the error as one JSON object on standard error.
func (p *program) failJSON(err error) {
	refusal := &client.Refusal{Code: "FAILED", Message: err.Error()}
	if r := (*client.Refusal)(nil); errors.As(err, &r) {
		refusal = r
	}
	_ = json.NewEncoder(p.err).Encode(map[string]any{"error": refusal})
}

// explain adds what to do next where that is known.
func (p *program) explain(err error) string {
	var unreachable *client.Unreachable
	switch {
	case errors.As(err, &unreachable):
		return err.Error() + "; is the server running there? Start one with 'vacancy serve', or name another by --server"
	case client.CodeOf(err) == "UNAUTHENTICATED":
		return err.Error() + "; give a token of this server by --token or VACANCY_TOKEN, or name its data directory by --data"
	case client.CodeOf(err) == "FORBIDDEN" && p.global.token != "" && !p.saysWho():
		return err.Error() + "; the token given by --token or VACANCY_TOKEN is of somebody who may not; on the server's machine, --role manager signs another"
	case client.CodeOf(err) == "FORBIDDEN":
		return err.Error() + "; ask as somebody who may, by --role manager"
	}
	return strings.TrimSpace(err.Error())
}
