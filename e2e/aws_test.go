package e2e_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/vacancy/vacancy/internal/app"
	"github.com/vacancy/vacancy/internal/app/cloud"
	"github.com/vacancy/vacancy/internal/step"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/statemachine"
)

// backendVariable, if it is "aws", has every server run with --backend aws: on DynamoDB
// Local, on the Step Functions API of 'vacancy workflow serve' and with the steps as
// functions behind the API of Lambda. All are told of by the usual configuration of AWS.
const backendVariable = "VACANCY_E2E_BACKEND"

// awsBackend is what stands in for AWS; nil where servers are embedded.
var awsBackend *emulatedAWS

// emulatedAWS is shared by all servers. Each data directory has a table and state machines
// of its own there, so that a server that is started again on it finds what it left.
type emulatedAWS struct {
	dynamoDB      *dynamotest.Server
	stepFunctions *process
	functions     *functions
	endpoint      *httptest.Server // of the functions

	mu     sync.Mutex
	opened map[string][]string // flags by deployment
}

const (
	awsRegion  = "us-east-1"
	awsAccount = "123456789012"
)

// startAWS starts what servers with --backend aws run on.
func startAWS(ctx context.Context) (*emulatedAWS, error) {
	e := &emulatedAWS{functions: newFunctions(), opened: map[string][]string{}}
	var err error
	if e.dynamoDB, err = dynamotest.Start(ctx); err != nil {
		return nil, err
	}
	e.endpoint = httptest.NewServer(e.functions)
	err = setAll(map[string]string{
		"AWS_REGION": awsRegion, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": e.dynamoDB.Endpoint, "AWS_ENDPOINT_URL_SNS": e.endpoint.URL,
	})
	if err == nil {
		e.stepFunctions, err = start("", "workflow", "serve", "--data", "memory", "--listen", "127.0.0.1:0", "--aws",
			"--lambda-endpoint", e.endpoint.URL, "--region", awsRegion, "--account", awsAccount, "--log-level", "error")
	}
	if err == nil {
		err = setAll(map[string]string{"AWS_ENDPOINT_URL_SFN": e.stepFunctions.URL})
	}
	if err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

func setAll(variables map[string]string) (err error) {
	for name, value := range variables {
		err = errors.Join(err, os.Setenv(name, value))
	}
	return err
}

func (e *emulatedAWS) stop() {
	if e.stepFunctions != nil {
		e.stepFunctions.kill()
	}
	e.endpoint.Close()
	e.dynamoDB.Stop()
}

// flags are those with which a server of the data directory uses this AWS. The first time
// they make its table, its machines and its functions, which are told what of the server's
// own flags they need to know.
func (e *emulatedAWS) flags(dir string, serverFlags []string) ([]string, error) {
	deployment := deploymentOf(dir)
	e.mu.Lock()
	defer e.mu.Unlock()
	if flags, known := e.opened[deployment]; known {
		return flags, nil
	}
	ctx := context.Background()
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := dynamo.NewClient(c).CreateTable(ctx, dynamo.CreateTableInput(deployment)); err != nil {
		return nil, err
	}
	machines := fmt.Sprintf("arn:aws:states:%s:%s:stateMachine:%s-{machine}", awsRegion, awsAccount, deployment)
	a, err := cloud.Open(ctx, c, cloud.Config{Config: app.Config{Limits: app.NoLimits(), Carrier: valueOf(serverFlags, "--carrier")}, Table: deployment, StateMachines: machines})
	if err != nil {
		return nil, err
	}
	e.functions.deploy(deployment, a.Steps())
	names := []string{"${" + app.NotificationTopic + "}", "arn:aws:sns:" + awsRegion + ":" + awsAccount + ":notifications"}
	for _, name := range step.Names() {
		names = append(names, "${"+name+"}", functionName(deployment, name))
	}
	placeholders := strings.NewReplacer(names...)
	for machine, definition := range statemachine.Definitions() {
		_, err := sfn.NewFromConfig(c).CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
			Name: aws.String(deployment + "-" + machine), Definition: aws.String(placeholders.Replace(string(definition))),
			RoleArn: aws.String("arn:aws:iam::" + awsAccount + ":role/vacancy"), Type: sfntypes.StateMachineTypeStandard,
		})
		if err != nil {
			return nil, fmt.Errorf("the machine %s: %w", machine, err)
		}
	}
	flags := []string{"--backend", "aws", "--table", deployment, "--state-machines", machines}
	e.opened[deployment] = flags
	return flags, nil
}

// deploymentOf names what belongs to a data directory.
func deploymentOf(dir string) string {
	digest := sha256.Sum256([]byte(dir))
	return "e2e-" + hex.EncodeToString(digest[:6])
}

// items are all items of the table of a data directory, as JSON.
func (e *emulatedAWS) items(ctx context.Context, dir string) (string, error) {
	var all []map[string]any
	pages := dynamodb.NewScanPaginator(e.dynamoDB.Client(), &dynamodb.ScanInput{TableName: aws.String(deploymentOf(dir))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, item := range page.Items {
			var fields map[string]any
			if err := attributevalue.UnmarshalMap(item, &fields); err != nil {
				return "", err
			}
			all = append(all, fields)
		}
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// valueOf answers what a flag is set to, or "".
func valueOf(flags []string, name string) string {
	if i := slices.Index(flags, name); i >= 0 && i+1 < len(flags) {
		return flags[i+1]
	}
	return ""
}

// onlyEmbedded skips a test on AWS of something that the embedded backend alone has.
func onlyEmbedded(t *testing.T, what string) {
	t.Helper()
	if awsBackend != nil {
		t.Skip("only the embedded backend has " + what)
	}
}
