package main

import (
	"context"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration/awsservices"
)

// credentialsPatience is how long it may take to find AWS credentials.
const credentialsPatience = 5 * time.Second

// awsTasks adds what runs the tasks that call AWS: AWS itself by its usual configuration,
// or where that is not asked for, a failure that says how.
func awsTasks(ctx context.Context, configured bool, services map[string]workflow.Handler) error {
	if !configured {
		maps.Copy(services, awsservices.Unconfigured("Start 'vacancy workflow serve' with --aws and the usual AWS configuration (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB for DynamoDB Local), or with --mock FILE and start the execution with #TestCase."))
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, credentialsPatience)
	defer cancel()
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return usagef("--aws: the AWS configuration cannot be read: %w", err)
	}
	if c.Region == "" {
		return usagef("--aws: no AWS region is configured; set AWS_REGION, or a profile that has one by AWS_PROFILE")
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return usagef("--aws: no AWS credentials are configured; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (any text for DynamoDB Local): %w", err)
	}
	maps.Copy(services, awsservices.Handlers(awsservices.All(c)))
	return nil
}
