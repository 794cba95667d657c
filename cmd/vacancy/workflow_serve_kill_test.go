package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// startProgram starts the program as a process of its own and answers where it listens.
func startProgram(t *testing.T, args ...string) (process *exec.Cmd, url string) {
	t.Helper()
	process = exec.CommandContext(t.Context(), os.Args[0], args...)
	process.Env = append(os.Environ(), asVacancy+"=1")
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() }) // which may be over
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it did not start: %v", err)
	}
	return process, strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
}

// Whatever was acknowledged before the process is killed is there afterwards and comes
// to its end: state machines, executions, who waits for whom.
func TestWorkflowServeIsKilled(t *testing.T) {
	args := []string{"workflow", "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}
	process, url := startProgram(t, args...)
	client, role := sdk(url), aws.String("arn:aws:iam::123456789012:role/r")
	create := func(name, definition string) *string {
		out, err := client.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: &name, Definition: &definition, RoleArn: role})
		if err != nil {
			t.Fatal(err)
		}
		return out.StateMachineArn
	}
	child := create("child", waitTwo)
	parent := create("parent", `{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Parameters":{"StateMachineArn":"`+aws.ToString(child)+`"},"OutputPath":"$.Output","End":true}}}`)
	var started []*string
	for i := range 50 {
		machine := child
		if i%2 == 0 {
			machine = parent
		}
		out, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: machine, Name: aws.String(fmt.Sprint("x", i))})
		if err != nil {
			t.Fatal(err)
		}
		started = append(started, out.ExecutionArn)
	}
	if err := process.Process.Kill(); err != nil { // with SIGKILL, in the middle of it
		t.Fatal(err)
	}
	_ = process.Wait() // it was killed

	_, url = startProgram(t, args...)
	for _, x := range started {
		if done := awaitEnd(t, sdk(url), x); done.Status != types.ExecutionStatusSucceeded || aws.ToString(done.Output) != `"done"` {
			t.Errorf("%s ended %s with %s (%s)", aws.ToString(x), done.Status, aws.ToString(done.Output), aws.ToString(done.Cause))
		}
	}
}
