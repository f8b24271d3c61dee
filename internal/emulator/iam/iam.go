// Package iam is the part of IAM that workloads on ECS need: roles with their trust, inline and managed policies, the
// account's own managed policies with their versions, and service-linked roles. Policies are kept and checked for form;
// they are not evaluated.
package iam

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Service is IAM. It is safe for concurrent use.
type Service struct {
	scope ids.Scope
	clk   *clock.Clock

	mu sync.Mutex
	state
}

// state is what outlives the service.
type state struct {
	Roles    map[string]*role
	Policies map[string]*policy // by ARN
}

// role is a role and its policies. Its documents are kept as they came; answers carry them URL-encoded, as IAM's do.
type role struct {
	Role     types.Role
	Inline   map[string]string // name → document
	Attached []string          // ARNs in the order of attachment
}

// New makes the service.
func New(scope ids.Scope, clk *clock.Clock) *Service {
	return &Service{scope: scope, clk: clk, state: state{Roles: map[string]*role{}, Policies: map[string]*policy{}}}
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "iam", Protocol: wire.Query, Version: "2010-05-08", Namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
		Statuses: map[string]int{"NoSuchEntity": 404, "EntityAlreadyExists": 409, "DeleteConflict": 409, "LimitExceeded": 409},
		Operations: map[string]wire.Operation{
			"AttachRolePolicy":              wire.Op(s.AttachRolePolicy),
			"CreatePolicy":                  wire.Op(s.CreatePolicy),
			"CreatePolicyVersion":           wire.Op(s.CreatePolicyVersion),
			"CreateRole":                    wire.Op(s.CreateRole),
			"CreateServiceLinkedRole":       wire.Op(s.CreateServiceLinkedRole),
			"DeletePolicy":                  wire.Op(s.DeletePolicy),
			"DeletePolicyVersion":           wire.Op(s.DeletePolicyVersion),
			"DeleteRole":                    wire.Op(s.DeleteRole),
			"DeleteRolePermissionsBoundary": wire.Op(s.DeleteRolePermissionsBoundary),
			"DeleteRolePolicy":              wire.Op(s.DeleteRolePolicy),
			"DetachRolePolicy":              wire.Op(s.DetachRolePolicy),
			"GetPolicy":                     wire.Op(s.GetPolicy),
			"GetPolicyVersion":              wire.Op(s.GetPolicyVersion),
			"GetRole":                       wire.Op(s.GetRole),
			"GetRolePolicy":                 wire.Op(s.GetRolePolicy),
			"ListAttachedRolePolicies":      wire.Op(s.ListAttachedRolePolicies),
			"ListEntitiesForPolicy":         wire.Op(s.ListEntitiesForPolicy),
			"ListInstanceProfilesForRole":   wire.Op(s.ListInstanceProfilesForRole),
			"ListPolicies":                  wire.Op(s.ListPolicies),
			"ListPolicyTags":                wire.Op(s.ListPolicyTags),
			"ListPolicyVersions":            wire.Op(s.ListPolicyVersions),
			"ListRolePolicies":              wire.Op(s.ListRolePolicies),
			"ListRoleTags":                  wire.Op(s.ListRoleTags),
			"ListRoles":                     wire.Op(s.ListRoles),
			"PutRolePermissionsBoundary":    wire.Op(s.PutRolePermissionsBoundary),
			"PutRolePolicy":                 wire.Op(s.PutRolePolicy),
			"SetDefaultPolicyVersion":       wire.Op(s.SetDefaultPolicyVersion),
			"TagPolicy":                     wire.Op(s.TagPolicy),
			"TagRole":                       wire.Op(s.TagRole),
			"UntagPolicy":                   wire.Op(s.UntagPolicy),
			"UntagRole":                     wire.Op(s.UntagRole),
			"UpdateAssumeRolePolicy":        wire.Op(s.UpdateAssumeRolePolicy),
			"UpdateRole":                    wire.Op(s.UpdateRole),
		},
	}
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.state) }

// Load takes what Save returned.
func (s *Service) Load(data []byte) error { return persist.Load(&s.mu, data, &s.state) }

// role finds a role. The caller holds the lock.
func (s *Service) role(name *string) (*role, error) {
	if r, ok := s.Roles[aws.ToString(name)]; ok {
		return r, nil
	}
	return nil, noSuchEntity("The role with name " + aws.ToString(name) + " cannot be found.")
}

func (s *Service) now() *time.Time { return aws.Time(s.clk.Now().Truncate(time.Second)) }

func noSuchEntity(message string) error { return &types.NoSuchEntityException{Message: &message} }
func conflict(message string) error     { return &types.DeleteConflictException{Message: &message} }

func invalid(message string) error { return &wire.Error{Code: "ValidationError", Message: message} }

// checkName checks a role's or policy's name.
func checkName(field string, name *string, most int) error {
	if n := aws.ToString(name); !regexp.MustCompile(`^[\w+=,.@-]+$`).MatchString(n) || len(n) > most {
		return invalid("1 validation error detected: Value '" + n + "' at '" + field +
			"' failed to satisfy constraint: the specified value is empty, too long or contains characters other than alphanumeric and/or +=,.@_-")
	}
	return nil
}

// checkDocument checks that a policy document is JSON and has statements.
func checkDocument(document *string) error {
	var d struct {
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(aws.ToString(document)), &d); err != nil || len(d.Statement) == 0 {
		return &types.MalformedPolicyDocumentException{Message: aws.String("Syntax errors in policy.")}
	}
	return nil
}

// encoded returns a document as answers carry it (RFC 3986, so a space is %20).
func encoded(document string) *string {
	return aws.String(strings.ReplaceAll(url.QueryEscape(document), "+", "%20"))
}
