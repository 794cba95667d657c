package function

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// A function is configured as the SDK would configure it by the same environment: its
// clients ask the same endpoints, for the same region, by the same credentials.
func TestTheEnvironmentConfiguresAWS(t *testing.T) {
	for name, environment := range map[string]map[string]string{
		"on AWS":               {},
		"an emulator":          {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
		"DynamoDB Local alone": {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2"},
		"one for all but two":  {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SFN": "http://127.0.0.1:3", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_CONFIG_FILE", "/dev/null")
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
			environment["AWS_REGION"], environment["AWS_ACCESS_KEY_ID"] = "eu-west-1", "id"
			environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"] = "secret", "session"
			for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SFN", "AWS_ENDPOINT_URL_SECRETS_MANAGER"} {
				t.Setenv(name, "")
			}
			for name, value := range environment {
				t.Setenv(name, value)
			}
			got, err := awsOf(func(name string) string { return environment[name] })
			if err != nil {
				t.Fatal(err)
			}
			want, err := config.LoadDefaultConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for what, of := range map[string]func(aws.Config) string{
				"DynamoDB":        func(c aws.Config) string { return aws.ToString(dynamodb.NewFromConfig(c).Options().BaseEndpoint) },
				"Step Functions":  func(c aws.Config) string { return aws.ToString(sfn.NewFromConfig(c).Options().BaseEndpoint) },
				"Secrets Manager": func(c aws.Config) string { return aws.ToString(secretsmanager.NewFromConfig(c).Options().BaseEndpoint) },
				"region":          func(c aws.Config) string { return c.Region },
				"credentials": func(c aws.Config) string {
					found, err := c.Credentials.Retrieve(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					return found.AccessKeyID + found.SecretAccessKey + found.SessionToken
				},
			} {
				if of(got) != of(want) {
					t.Errorf("%s: %q, the SDK says %q", what, of(got), of(want))
				}
			}
		})
	}
	if _, err := awsOf(func(string) string { return "" }); err == nil {
		t.Error("an empty environment is enough")
	}
}
