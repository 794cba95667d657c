package function

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// awsOf is the configuration of AWS that the Lambda runtime gives a function: region and
// credentials of its role, in its environment, and beside the cloud the endpoints of what
// stands in for AWS. It is all that the SDK's own search for a configuration would find here,
// and that takes as long as everything else in the start of a function together.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func awsOf(getenv func(string) string) (aws.Config, error) {
	id, secret := getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY")
	if getenv("AWS_REGION") == "" || id == "" || secret == "" {
		return aws.Config{}, errors.New("AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set; the Lambda runtime sets them")
	}
	c := aws.Config{
		Region:        getenv("AWS_REGION"),
		Credentials:   credentials.NewStaticCredentialsProvider(id, secret, getenv("AWS_SESSION_TOKEN")),
		ConfigSources: []any{endpoints(getenv)},
	}
	if all := getenv("AWS_ENDPOINT_URL"); all != "" {
		c.BaseEndpoint = &all
	}
	return c, nil
}

// endpoints are those of single services, AWS_ENDPOINT_URL_DYNAMODB for instance, which come
// before AWS_ENDPOINT_URL (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
type endpoints func(string) string

// GetServiceBaseEndpoint is what the SDK's clients ask their configuration's sources.
func (e endpoints) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	url := e("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(service, " ", "_")))
	return url, url != "", nil
}
