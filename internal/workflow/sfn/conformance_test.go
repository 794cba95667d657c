package sfn_test

import (
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/sfn"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi/sfnapitest"
	"github.com/vacancy/vacancy/internal/workflow/workflowtest"
)

// The contract of runners, over HTTP, against the Step Functions API of this program.
func TestRunner(t *testing.T) {
	workflowtest.Run(t, func(t *testing.T, test func(*testing.T, workflowtest.Open)) {
		synctest.Test(t, func(t *testing.T) { test(t, open) })
	})
}

func open(t *testing.T, s workflowtest.Scenario) workflow.Runner {
	t.Helper()
	server := sfnapitest.Open(t, sfnapitest.Config{Functions: s.Handlers})
	arns := map[string]string{}
	for name, definition := range s.Machines {
		out, err := server.Client.CreateStateMachine(t.Context(), &awssfn.CreateStateMachineInput{
			Name: aws.String(name), Definition: aws.String(definition), RoleArn: aws.String(sfnapitest.Role),
		})
		if err != nil {
			t.Fatalf("CreateStateMachine(%s) = %v", name, err)
		}
		arns[name] = aws.ToString(out.StateMachineArn)
	}
	r, err := sfn.New(server.Client, arns)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
