// Package httpapi is the HTTP server around the API: who asks, request ids, the access
// log, metrics, health, and the pages for people. What answers /graphql and any other
// route comes to it as a handler.
package httpapi
