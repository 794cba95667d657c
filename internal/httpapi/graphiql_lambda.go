//go:build lambda.norpc

package httpapi

// graphiqlRoutes are none in a Lambda function: API Gateway has no route to them, and the
// files are a twelfth of its binary.
func graphiqlRoutes() []Route { return nil }
