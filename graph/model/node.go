// Package model is what the resolvers answer: thin views of the domain's types, the
// scalars, and the payloads, inputs and connections that gqlgen generates.
package model

// Node is an object that can be asked for again by its id alone (Relay Global
// Object Identification).
type Node interface {
	IsNode()
	GetID() string
}
