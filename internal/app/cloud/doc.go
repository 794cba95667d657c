// Package cloud is the program on AWS: DynamoDB keeps everything, Step Functions runs
// the workflows. 'vacancy serve --backend aws' and the Lambdas are wired by it.
package cloud
