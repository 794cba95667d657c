package awsservices

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

var snsNames = names{errors: "SNS", cause: "AmazonSNS", generic: "AmazonSNSException"}

// publish is sns:publish.
type publish struct{ client *sns.Client }

func newPublish(c aws.Config) Service { return publish{sns.NewFromConfig(c)} }

// Resource implements Service.
func (publish) Resource() string { return "arn:aws:states:::sns:publish" }

// Call implements Service. A message that is no text is sent as JSON.
func (s publish) Call(ctx context.Context, arguments json.RawMessage) (Answer, error) {
	var in struct {
		Message                                   *text
		TopicArn, TargetArn, PhoneNumber, Subject *string
		MessageStructure                          *string
		MessageAttributes                         map[string]types.MessageAttributeValue
		MessageDeduplicationId, MessageGroupId    *string
	}
	if err := read(s.Resource(), arguments, &in); err != nil {
		return Answer{}, err
	}
	out, err := s.client.Publish(ctx, &sns.PublishInput{
		Message: in.Message.pointer(), TopicArn: in.TopicArn, TargetArn: in.TargetArn, PhoneNumber: in.PhoneNumber,
		Subject: in.Subject, MessageStructure: in.MessageStructure, MessageAttributes: in.MessageAttributes,
		MessageDeduplicationId: in.MessageDeduplicationId, MessageGroupId: in.MessageGroupId,
	})
	if err != nil {
		return Answer{}, snsNames.failed(err)
	}
	return Answer{map[string]any{"MessageId": out.MessageId, "SequenceNumber": out.SequenceNumber}, out.ResultMetadata}, nil
}
