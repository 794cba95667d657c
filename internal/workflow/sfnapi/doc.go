// Package sfnapi answers the API of AWS Step Functions on one machine, so that any AWS
// SDK and the AWS CLI work against it with another endpoint URL. State machines are run
// by workflow/local and kept durably; who calls is not checked.
//
// The wire is AWS JSON 1.0: a POST with the operation in X-Amz-Target, JSON in the
// body, times as seconds since 1970. Names of operations, fields and errors are those
// of the AWS Step Functions API Reference.
package sfnapi
