package cloud_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/vacancy/vacancy/internal/app/cloud"
)

// open opens the program with the usual configuration of AWS.
func open(t *testing.T, c cloud.Config) (*cloud.App, error) {
	t.Helper()
	awsConfig, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cloud.Open(t.Context(), awsConfig, c)
}
