package stack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// SignIn is who signs in. Group is tenant, manager or operator; "": none is added.
type SignIn struct {
	Email    string
	Password string
	Group    string
}

// Session is what a sign-in answers. Token is an access token of the user pool.
type Session struct {
	Token     string
	ExpiresAt time.Time // UTC
	Created   bool      // the user was not there before
}

// Errors of a sign-in that its caller can do something about.
var (
	ErrPassword  = errors.New("the password is not the user's")
	ErrChallenge = errors.New("the user pool asks for more than a password")
)

// SignIn signs somebody in to the stack's user pool, with the rights of whoever deployed
// it: a user that is not there is made, with the password, and put into the group.
// Repeated, it changes nothing. Refused with ErrPassword for the password of a user that
// is there, ErrChallenge where a second factor or a new password is asked for.
func (o Outputs) SignIn(ctx context.Context, c aws.Config, in SignIn, now time.Time) (Session, error) {
	pool := cognito.NewFromConfig(c)
	created, err := o.createUser(ctx, pool, in)
	if err != nil {
		return Session{}, err
	}
	if in.Group != "" {
		_, err := pool.AdminAddUserToGroup(ctx, &cognito.AdminAddUserToGroupInput{UserPoolId: &o.UserPoolID, Username: &in.Email, GroupName: &in.Group})
		if err != nil {
			return Session{}, fmt.Errorf("put %s into the group %s: %w", in.Email, in.Group, err)
		}
	}
	answer, err := pool.AdminInitiateAuth(ctx, &cognito.AdminInitiateAuthInput{
		UserPoolId: &o.UserPoolID, ClientId: &o.UserPoolClientID, AuthFlow: types.AuthFlowTypeAdminUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": in.Email, "PASSWORD": in.Password},
	})
	var refused *types.NotAuthorizedException
	switch {
	case errors.As(err, &refused):
		return Session{}, fmt.Errorf("sign in %s: %w", in.Email, ErrPassword)
	case err != nil:
		return Session{}, fmt.Errorf("sign in %s: %w", in.Email, err)
	case answer.AuthenticationResult == nil:
		return Session{}, fmt.Errorf("sign in %s: %w: %s", in.Email, ErrChallenge, answer.ChallengeName)
	}
	result := answer.AuthenticationResult
	return Session{aws.ToString(result.AccessToken), now.Add(time.Duration(result.ExpiresIn) * time.Second).UTC(), created}, nil
}

// createUser makes the user, unless it is there. Cognito sends no invitation: the
// password is known.
func (o Outputs) createUser(ctx context.Context, pool *cognito.Client, in SignIn) (created bool, err error) {
	_, err = pool.AdminCreateUser(ctx, &cognito.AdminCreateUserInput{
		UserPoolId: &o.UserPoolID, Username: &in.Email, MessageAction: types.MessageActionTypeSuppress,
		UserAttributes: []types.AttributeType{{Name: aws.String("email"), Value: &in.Email}, {Name: aws.String("email_verified"), Value: aws.String("true")}},
	})
	var exists *types.UsernameExistsException
	if errors.As(err, &exists) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("make the user %s: %w", in.Email, err)
	}
	_, err = pool.AdminSetUserPassword(ctx, &cognito.AdminSetUserPasswordInput{UserPoolId: &o.UserPoolID, Username: &in.Email, Password: &in.Password, Permanent: true})
	if err == nil {
		return true, nil
	}
	err = fmt.Errorf("set the password of %s: %w", in.Email, err)
	// A user whose password nobody knows would be in the way of the next attempt.
	if _, gone := pool.AdminDeleteUser(ctx, &cognito.AdminDeleteUserInput{UserPoolId: &o.UserPoolID, Username: &in.Email}); gone != nil {
		err = errors.Join(err, fmt.Errorf("take the user %s back: %w", in.Email, gone))
	}
	return false, err
}
