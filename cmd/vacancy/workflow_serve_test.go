package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// serveStateMachines runs 'vacancy workflow serve' until stop is called, and answers
// where it listens.
func serveStateMachines(t *testing.T, args ...string) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var told strings.Builder
	p := newProgram(strings.NewReader(""), in, &told)
	p.getenv = func(string) (string, bool) { return "", false }
	ended := make(chan int, 1)
	go func() {
		ended <- p.run(ctx, append([]string{"workflow", "serve", "--listen", "127.0.0.1:0"}, args...))
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it did not start: %v, exit code %d\n%s", err, <-ended, told.String())
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if code := <-ended; code != exitDone {
			t.Errorf("it ended with exit code %d\n%s", code, told.String())
		}
	}
	t.Cleanup(stop)
	return strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), stop
}

func sdk(url string) *sfn.Client {
	return sfn.New(sfn.Options{Region: "eu-west-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
}

const waitTwo = `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":2,"Next":"P"},"P":{"Type":"Pass","Result":"done","End":true}}}`

// It keeps what it acknowledged when it is stopped and started again.
func TestWorkflowServeIsDurable(t *testing.T) {
	dir := t.TempDir()
	url, stop := serveStateMachines(t, "--data", dir, "--region", "eu-west-1", "--account", "111122223333")
	role := aws.String("arn:aws:iam::111122223333:role/r")
	made, err := sdk(url).CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: aws.String(waitTwo), RoleArn: role})
	if err != nil || aws.ToString(made.StateMachineArn) != "arn:aws:states:eu-west-1:111122223333:stateMachine:m" {
		t.Fatalf("CreateStateMachine = %+v, %v", made, err)
	}
	started, err := sdk(url).StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: made.StateMachineArn, Name: aws.String("x")})
	if err != nil {
		t.Fatal(err)
	}
	lambda, err := sdk(url).CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("lambda"), RoleArn: role,
		Definition: aws.String(`{"StartAt":"L","States":{"L":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"F"},"End":true}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	stop()

	url, _ = serveStateMachines(t, "--data", dir, "--region", "eu-west-1", "--account", "111122223333")
	done := awaitEnd(t, sdk(url), started.ExecutionArn)
	if done.Status != types.ExecutionStatusSucceeded || aws.ToString(done.Output) != `"done"` {
		t.Errorf("after the restart it ended %+v", done)
	}
	unreachable, err := sdk(url).StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: lambda.StateMachineArn})
	if err != nil {
		t.Fatal(err)
	}
	if failed := awaitEnd(t, sdk(url), unreachable.ExecutionArn); failed.Status != types.ExecutionStatusFailed || !strings.Contains(aws.ToString(failed.Cause), "--lambda-endpoint") {
		t.Errorf("without an endpoint a Lambda task ended %s: %s", failed.Status, aws.ToString(failed.Cause))
	}
}

func awaitEnd(t *testing.T, client *sfn.Client, execution *string) *sfn.DescribeExecutionOutput {
	t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range 1200 {
		out, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: execution})
		if err != nil {
			t.Fatal(err)
		}
		if out.Status != types.ExecutionStatusRunning {
			return out
		}
		<-ticker.C
	}
	t.Fatalf("%s still runs", aws.ToString(execution))
	return nil
}

// The AWS CLI works with --endpoint-url, as docs/step-functions.md shows it.
func TestWorkflowServeAndTheAWSCLI(t *testing.T) {
	if testing.Short() {
		t.Skip("each call of the AWS CLI takes a second or two: not with -short")
	}
	cli, err := exec.LookPath("aws")
	if err == nil {
		err = exec.CommandContext(t.Context(), cli, "--version").Run()
	}
	if err != nil {
		if os.Getenv("VACANCY_REQUIRE_TOOLS") == "1" {
			t.Fatal("the AWS CLI is not here: pip install awscli")
		}
		t.Skip("the AWS CLI is not here (pip install awscli): not tested with it")
	}
	url, _ := serveStateMachines(t, "--data", "memory")
	run := func(args ...string) map[string]any {
		t.Helper()
		command := exec.CommandContext(t.Context(), cli, append([]string{"stepfunctions", "--endpoint-url", url, "--output", "json", "--region", "us-east-1"}, args...)...)
		command.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_DISABLE_HOST_PREFIX_INJECTION=true")
		out, err := command.CombinedOutput()
		var answer map[string]any
		if err != nil || len(out) > 0 && json.Unmarshal(out, &answer) != nil {
			t.Fatalf("aws stepfunctions %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return answer
	}
	arn := run("create-state-machine", "--name", "m", "--role-arn", "arn:aws:iam::123456789012:role/r", "--type", "EXPRESS", "--definition", waitTwo)["stateMachineArn"].(string)
	sync := run("start-sync-execution", "--state-machine-arn", arn, "--input", `{"n":1}`)
	if sync["status"] != "SUCCEEDED" || sync["output"] != `"done"` {
		t.Errorf("start-sync-execution = %v", sync)
	}
	tested := run("test-state", "--definition", `{"Type":"Pass","Result":7,"End":true}`, "--role-arn", "arn:aws:iam::123456789012:role/r")
	if tested["output"] != "7" {
		t.Errorf("test-state = %v", tested)
	}
	if list := run("list-state-machines"); len(list["stateMachines"].([]any)) != 1 {
		t.Errorf("list-state-machines = %v", list)
	}
}
