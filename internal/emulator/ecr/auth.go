package ecr

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// tokenLife is how long a token is good for.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
const tokenLife = 12 * time.Hour

// GetAuthorizationToken returns base64("AWS:<password>") for the registry under /v2/.
func (s *Service) GetAuthorizationToken(context.Context, *ecr.GetAuthorizationTokenInput) (*ecr.GetAuthorizationTokenOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.deps.Clock.Now()
	for password, expires := range s.tokens {
		if now.Sub(expires) > tokenLife { // kept for a while so that a late client hears that it expired
			delete(s.tokens, password)
		}
	}
	password := ids.NewHex(64)
	s.tokens[password] = now.Add(tokenLife)
	return &ecr.GetAuthorizationTokenOutput{AuthorizationData: []types.AuthorizationData{{
		AuthorizationToken: aws.String(base64.StdEncoding.EncodeToString([]byte("AWS:" + password))),
		ExpiresAt:          aws.Time(now.Add(tokenLife)),
		ProxyEndpoint:      aws.String("http://" + s.deps.Host()),
	}}}, nil
}

// authenticate returns nil for a request with a good token.
func (s *Service) authenticate(r *http.Request) *refusal {
	user, password, ok := r.BasicAuth()
	if !ok || user != "AWS" {
		return &refusal{http.StatusUnauthorized, "UNAUTHORIZED", "Not Authorized"}
	}
	s.mu.Lock()
	expires, known := s.tokens[password]
	s.mu.Unlock()
	switch {
	case !known:
		return &refusal{http.StatusUnauthorized, "UNAUTHORIZED", "Not Authorized"}
	case s.deps.Clock.Now().After(expires):
		return &refusal{http.StatusForbidden, "DENIED", "Your authorization token has expired. Reauthenticate and try again."}
	}
	return nil
}
