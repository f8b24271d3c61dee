package awsconf

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/fault"
)

// Identity is who AWS says the caller is.
type Identity struct {
	Account string // 12 digits
	ARN     string
}

// Guard asks STS once who the caller is and refuses another account than wantAccount. An empty wantAccount accepts any.
// File is the manifest that names the account, for the hint; it may be empty. Every error is a *fault.Error with code
// Refused, but for the context's own.
//
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func Guard(ctx context.Context, cfg aws.Config, wantAccount, file string) (Identity, error) {
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, refuse(err)
	}
	id := Identity{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}
	if wantAccount == "" || wantAccount == id.Account {
		return id, nil
	}
	file = cmp.Or(file, "the environment's manifest")
	return id, &fault.Error{
		Code: fault.Refused,
		What: fmt.Sprintf("the credentials belong to account %s (%s), the environment to account %s", id.Account, id.ARN, wantAccount),
		Hint: fmt.Sprintf("use a profile of account %s, or change account: in %s", wantAccount, file),
	}
}

// refuse explains err and gives it the code of what happens before any write.
func refuse(err error) error {
	err = Explain(err)
	if f, ok := err.(*fault.Error); ok { //nolint:errorlint // Explain returns the fault itself, never a wrapped one
		f.Code = fault.Refused
	}
	return err
}

// Unread explains err to somebody who only wanted to read, and gives it the code of what happens before any write where a
// call to AWS failed. That something is not there is an answer and stays as it is, as do errors with a code of their own.
func Unread(err error) error {
	err = Explain(err)
	var call *smithy.OperationError
	if !errors.As(err, &call) || NotFound(err) || fault.ExitCode(err) != fault.Failed {
		return err
	}
	f, ok := err.(*fault.Error) //nolint:errorlint // only the outermost layer is replaced
	if !ok {
		return &fault.Error{Code: fault.Refused, What: "AWS could not be read", Hint: fault.Hint(err), Err: err}
	}
	return &fault.Error{Code: fault.Refused, What: f.What, Hint: f.Hint, Err: f.Err}
}
