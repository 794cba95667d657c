package stack

// Amplify is the content of an amplify_outputs.json, the client configuration of Amplify
// Gen 2, version 1: https://docs.amplify.aws/reference/amplify_outputs/. Sign-in is
// Amplify's; the API is no AppSync, so its addresses are custom outputs and the app calls
// it with the access token of the session (docs/mobile.md).
type Amplify struct {
	Version string        `json:"version"`
	Auth    AmplifyAuth   `json:"auth"`
	Custom  AmplifyCustom `json:"custom"`
}

// AmplifyAuth says where an app signs in, as the template's user pool wants it.
type AmplifyAuth struct {
	Region                 string                    `json:"aws_region"`
	UserPoolID             string                    `json:"user_pool_id"`
	UserPoolClientID       string                    `json:"user_pool_client_id"`
	UsernameAttributes     []string                  `json:"username_attributes"`
	StandardRequired       []string                  `json:"standard_required_attributes"`
	UserVerificationTypes  []string                  `json:"user_verification_types"`
	UnauthenticatedAllowed bool                      `json:"unauthenticated_identities_enabled"`
	MultiFactor            string                    `json:"mfa_configuration"`
	MultiFactorMethods     []string                  `json:"mfa_methods"`
	PasswordPolicy         AmplifyPasswordPolicy     `json:"password_policy"`
	Groups                 []map[string]AmplifyGroup `json:"groups"`
}

// AmplifyPasswordPolicy is that of the template.
type AmplifyPasswordPolicy struct {
	MinLength        int  `json:"min_length"`
	RequireLowercase bool `json:"require_lowercase"`
	RequireUppercase bool `json:"require_uppercase"`
	RequireNumbers   bool `json:"require_numbers"`
	RequireSymbols   bool `json:"require_symbols"`
}

// AmplifyGroup is a group of the user pool.
type AmplifyGroup struct {
	Precedence int `json:"precedence"`
}

// AmplifyCustom is what an app of ours needs beside.
type AmplifyCustom struct {
	Vacancy AmplifyAPI `json:"vacancy"`
}

// AmplifyAPI says where the API is.
type AmplifyAPI struct {
	APIURL     string `json:"api_url"`
	GraphQLURL string `json:"graphql_url"`
	Stage      string `json:"stage"`
}

// Amplify makes the configuration of an app of the stack's outputs.
func (o Outputs) Amplify() Amplify {
	a := Amplify{Version: "1", Auth: AmplifyAuth{
		Region: o.Region, UserPoolID: o.UserPoolID, UserPoolClientID: o.UserPoolClientID,
		UsernameAttributes: []string{"email"}, StandardRequired: []string{"email"}, UserVerificationTypes: []string{"email"},
		MultiFactor: "OPTIONAL", MultiFactorMethods: []string{"TOTP"},
		PasswordPolicy: AmplifyPasswordPolicy{MinLength: 12, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true},
	}}
	for precedence, group := range []string{"operator", "manager", "tenant"} {
		a.Auth.Groups = append(a.Auth.Groups, map[string]AmplifyGroup{group: {precedence}})
	}
	a.Custom.Vacancy = AmplifyAPI{APIURL: o.APIURL, GraphQLURL: o.APIURL + "/graphql", Stage: o.Stage}
	return a
}
