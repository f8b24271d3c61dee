package awsconf

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

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
	if file == "" {
		file = "the environment's manifest"
	}
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
