// Package sts is the emulator's Security Token Service: who signs, and temporary credentials that sign as a role.
//
// Signatures are not checked: whoever reaches the endpoint may act. Sessions live in memory only, as credentials should.
package sts

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Service is STS. It is safe for concurrent use.
type Service struct {
	scope ids.Scope
	user  string // unique ID of the user that every other key belongs to

	mu       sync.Mutex
	sessions map[string]types.AssumedRoleUser // by access key
}

// New makes the service.
func New(scope ids.Scope) *Service {
	return &Service{scope: scope, user: "AIDA" + strings.Repeat("A", 16), sessions: map[string]types.AssumedRoleUser{}}
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "sts", Protocol: wire.Query, Version: "2011-06-15", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Names: map[string]string{"PolicyDescriptorType.Arn": "arn"},
		Operations: map[string]wire.Operation{
			"AssumeRole":        wire.Op(s.AssumeRole),
			"GetCallerIdentity": wire.Op(s.GetCallerIdentity),
		},
	}
}

// GetCallerIdentity answers with the role whose session signed, else with the account's user "local".
func (s *Service) GetCallerIdentity(ctx context.Context, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session, ok := s.sessions[wire.Caller(ctx)]; ok {
		account := strings.Split(aws.ToString(session.Arn), ":")[4]
		return &sts.GetCallerIdentityOutput{Account: &account, Arn: session.Arn, UserId: session.AssumedRoleId}, nil
	}
	return &sts.GetCallerIdentityOutput{
		Account: aws.String(s.scope.Account),
		Arn:     aws.String(s.scope.ARN("iam", "user/local")),
		UserId:  aws.String(s.user),
	}, nil
}

// AssumeRole gives credentials whose calls are the role's. The trust policy is not evaluated.
func (s *Service) AssumeRole(_ context.Context, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	arn, name := aws.ToString(in.RoleArn), aws.ToString(in.RoleSessionName)
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return nil, &wire.Error{Code: "ValidationError", Message: arn + " is invalid"}
	}
	if len(name) < 2 || len(name) > 64 {
		return nil, &wire.Error{Code: "ValidationError", Message: "1 validation error detected: Value '" + name +
			"' at 'roleSessionName' failed to satisfy constraint: Member must have length between 2 and 64"}
	}
	seconds := int32(3600)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	if seconds < 900 || seconds > 43200 {
		return nil, &wire.Error{Code: "ValidationError", Message: fmt.Sprintf("The requested DurationSeconds %d is not between 900 and 43200.", seconds)}
	}
	role := parts[5][strings.LastIndex(parts[5], "/")+1:]
	user := types.AssumedRoleUser{
		Arn:           aws.String("arn:" + parts[1] + ":sts::" + parts[4] + ":assumed-role/" + role + "/" + name),
		AssumedRoleId: aws.String(ids.New("AROA", 17) + ":" + name),
	}
	key := ids.New("ASIA", 16)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[key] = user
	return &sts.AssumeRoleOutput{AssumedRoleUser: &user, Credentials: &types.Credentials{
		AccessKeyId:     &key,
		SecretAccessKey: aws.String(ids.NewHex(40)),
		SessionToken:    aws.String(ids.NewHex(200)),
		Expiration:      aws.Time(time.Now().UTC().Add(time.Duration(seconds) * time.Second).Truncate(time.Second)),
	}}, nil
}

// Save returns nothing: sessions end with the process.
func (s *Service) Save() ([]byte, error) { return []byte("{}"), nil }

// Load takes what Save returned.
func (s *Service) Load([]byte) error { return nil }
