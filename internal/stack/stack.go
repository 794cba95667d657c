// Package stack looks at a deployed stack of template.yaml as the person who deployed it
// does: what it answers under which address, and who may sign in.
package stack

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"
)

// Outputs are the outputs of a stack that its users need.
type Outputs struct {
	Stack            string
	Region           string
	Stage            string
	APIURL           string // base URL of the API
	UserPoolID       string
	UserPoolClientID string
	Issuer           string
	// All are all outputs by their name in the template.
	All map[string]string
}

// ErrNoStack: there is no such stack, in this region and account.
var ErrNoStack = errors.New("there is no such stack in this region and account")

// Read reads the outputs of a stack. It is refused with ErrNoStack, or when the stack is
// none of this template's.
func Read(ctx context.Context, c aws.Config, name string) (Outputs, error) {
	answer, err := cloudformation.NewFromConfig(c).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused) && refused.ErrorCode() == "ValidationError":
		return Outputs{}, fmt.Errorf("stack %s: %w (%s)", name, ErrNoStack, c.Region)
	case err != nil:
		return Outputs{}, fmt.Errorf("read the outputs of stack %s: %w", name, err)
	case len(answer.Stacks) == 0:
		return Outputs{}, fmt.Errorf("stack %s: %w (%s)", name, ErrNoStack, c.Region)
	}
	o := Outputs{Stack: name, All: map[string]string{}}
	for _, output := range answer.Stacks[0].Outputs {
		o.All[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	for key, field := range map[string]*string{
		"Region": &o.Region, "Stage": &o.Stage, "ApiUrl": &o.APIURL, "UserPoolId": &o.UserPoolID, "UserPoolClientId": &o.UserPoolClientID, "Issuer": &o.Issuer,
	} {
		if *field = o.All[key]; *field == "" {
			return Outputs{}, fmt.Errorf("stack %s has no output %s: is it deployed from template.yaml, and done? Its status is %s", name, key, answer.Stacks[0].StackStatus)
		}
	}
	return o, nil
}
