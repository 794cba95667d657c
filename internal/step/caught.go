package step

import "encoding/json"

// caught is what a Catch adds to a state's input (ResultPath "$.failure").
type caught struct {
	Error string `json:"Error"`
	Cause string `json:"Cause"`
}

// message is the cause for people. That of a Lambda function is JSON with the message in
// it (AWS Lambda developer guide, "Go function errors").
func (c caught) message() string {
	var answered struct {
		ErrorMessage string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(c.Cause), &answered) == nil && answered.ErrorMessage != "" {
		return answered.ErrorMessage
	}
	return c.Cause
}
