package awsservices

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

var sqsNames = names{errors: "SQS", cause: "AmazonSQS", generic: "AmazonSQSException"}

// sendMessage is sqs:sendMessage.
type sendMessage struct{ client *sqs.Client }

func newSendMessage(c aws.Config) Service { return sendMessage{sqs.NewFromConfig(c)} }

// Resource implements Service.
func (sendMessage) Resource() string { return "arn:aws:states:::sqs:sendMessage" }

// Call implements Service. A message that is no text is sent as JSON.
func (s sendMessage) Call(ctx context.Context, arguments json.RawMessage) (Answer, error) {
	var in struct {
		QueueUrl                               *string
		MessageBody                            *text
		DelaySeconds                           int32
		MessageAttributes                      map[string]types.MessageAttributeValue
		MessageSystemAttributes                map[string]types.MessageSystemAttributeValue
		MessageDeduplicationId, MessageGroupId *string
	}
	if err := read(s.Resource(), arguments, &in); err != nil {
		return Answer{}, err
	}
	out, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: in.QueueUrl, MessageBody: in.MessageBody.pointer(), DelaySeconds: in.DelaySeconds,
		MessageAttributes: in.MessageAttributes, MessageSystemAttributes: in.MessageSystemAttributes,
		MessageDeduplicationId: in.MessageDeduplicationId, MessageGroupId: in.MessageGroupId,
	})
	if err != nil {
		return Answer{}, sqsNames.failed(err)
	}
	return Answer{map[string]any{
		"MessageId": out.MessageId, "SequenceNumber": out.SequenceNumber, "MD5OfMessageBody": out.MD5OfMessageBody,
		"MD5OfMessageAttributes": out.MD5OfMessageAttributes, "MD5OfMessageSystemAttributes": out.MD5OfMessageSystemAttributes,
	}, out.ResultMetadata}, nil
}
