package sfnapi

// operations are what the server answers, by the name in X-Amz-Target.
var operations = map[string]operation{
	"CreateStateMachine":               answers((*Server).createStateMachine),
	"UpdateStateMachine":               answers((*Server).updateStateMachine),
	"DescribeStateMachine":             answers((*Server).describeStateMachine),
	"ListStateMachines":                answers((*Server).listStateMachines),
	"DeleteStateMachine":               answers((*Server).deleteStateMachine),
	"StartExecution":                   answers((*Server).startExecution),
	"StartSyncExecution":               answers((*Server).startSyncExecution),
	"DescribeExecution":                answers((*Server).describeExecution),
	"DescribeStateMachineForExecution": answers((*Server).describeStateMachineForExecution),
	"ListExecutions":                   answers((*Server).listExecutions),
	"StopExecution":                    answers((*Server).stopExecution),
	"GetExecutionHistory":              answers((*Server).getExecutionHistory),
	"SendTaskSuccess":                  answers((*Server).sendTaskSuccess),
	"SendTaskFailure":                  answers((*Server).sendTaskFailure),
	"SendTaskHeartbeat":                answers((*Server).sendTaskHeartbeat),
	"TestState":                        answers((*Server).testState),
	"ValidateStateMachineDefinition":   answers((*Server).validateStateMachineDefinition),
	"TagResource":                      answers((*Server).tagResource),
	"UntagResource":                    answers((*Server).untagResource),
	"ListTagsForResource":              answers((*Server).listTagsForResource),
}
