//go:build lambda.norpc

package app

// Doctor is nothing in a Lambda function, which shows no metrics.
func (a *App) Doctor() any { return nil }
