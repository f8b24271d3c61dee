package iam

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
	"ferry.dev/ferry/internal/emulator/wire"
)

// policy is a managed policy of the account. How often it is attached is counted when it is asked for.
type policy struct {
	Policy   types.Policy
	Versions []types.PolicyVersion // the oldest first; their documents as they came
	Last     int                   // the number of the last version; no number is given twice
}

// CreatePolicy makes a managed policy, with version v1. Names are not distinguished by case.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
func (s *Service) CreatePolicy(_ context.Context, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, error) {
	if err := checkName("policyName", in.PolicyName, 128); err != nil {
		return nil, err
	}
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	path, err := checkPath(in.Path)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.PolicyName)
	for _, p := range s.Policies {
		if strings.EqualFold(aws.ToString(p.Policy.PolicyName), name) {
			return nil, &types.EntityAlreadyExistsException{Message: aws.String("A policy called " + name + " already exists. Duplicate names are not allowed.")}
		}
	}
	arn, now := s.scope.ARN("iam", "policy"+path+name), s.now()
	p := &policy{Policy: types.Policy{
		Arn: &arn, PolicyId: aws.String(ids.New("ANPA", 17)), PolicyName: &name, Path: &path, CreateDate: now, UpdateDate: now,
		IsAttachable: true, Description: in.Description, Tags: slices.Clone(in.Tags),
	}}
	p.add(in.PolicyDocument, true, now)
	s.Policies[arn] = p
	out := s.counted(p.Policy)
	out.Description = nil // which only GetPolicy tells
	return &iam.CreatePolicyOutput{Policy: &out}, nil
}

// GetPolicy describes a managed policy, the account's or AWS's.
func (s *Service) GetPolicy(_ context.Context, in *iam.GetPolicyInput) (*iam.GetPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := aws.ToString(in.PolicyArn)
	if managed(arn) {
		out := s.ofAWS(arn)
		return &iam.GetPolicyOutput{Policy: &out}, nil
	}
	p, err := s.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	out := s.counted(p.Policy)
	return &iam.GetPolicyOutput{Policy: &out}, nil
}

// ListPolicies lists managed policies by ARN: the account's (scope Local), those of AWS that are known here, or both; without
// their descriptions and tags, as IAM does.
func (s *Service) ListPolicies(_ context.Context, in *iam.ListPoliciesInput) (*iam.ListPoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []types.Policy
	if in.Scope != types.PolicyScopeTypeAws {
		for _, arn := range slices.Sorted(maps.Keys(s.Policies)) {
			found = append(found, s.counted(s.Policies[arn].Policy))
		}
	}
	if in.Scope != types.PolicyScopeTypeLocal {
		for _, name := range slices.Sorted(slices.Values(managedNames())) {
			found = append(found, s.ofAWS(awsPolicies+name))
		}
	}
	all := []types.Policy{}
	for _, p := range found {
		attached, bounds := aws.ToInt32(p.AttachmentCount) > 0, aws.ToInt32(p.PermissionsBoundaryUsageCount) > 0
		switch {
		case !strings.HasPrefix(aws.ToString(p.Path), aws.ToString(in.PathPrefix)):
		case in.OnlyAttached && !attached && !bounds:
		case in.PolicyUsageFilter == types.PolicyUsageTypePermissionsPolicy && !attached:
		case in.PolicyUsageFilter == types.PolicyUsageTypePermissionsBoundary && !bounds:
		default:
			p.Description, p.Tags = nil, nil
			all = append(all, p)
		}
	}
	page, next, err := paging.Page(all, in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, invalid("Invalid Marker.")
	}
	return &iam.ListPoliciesOutput{Policies: page, Marker: next, IsTruncated: next != nil}, nil
}

// DeletePolicy deletes a policy that nothing uses and that has no version left but its default.
func (s *Service) DeletePolicy(_ context.Context, in *iam.DeletePolicyInput) (*iam.DeletePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	attached, bounds := s.uses(aws.ToString(in.PolicyArn))
	switch {
	case len(attached)+len(bounds) > 0:
		return nil, conflict("Cannot delete a policy attached to entities.")
	case len(p.Versions) > 1:
		return nil, conflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	delete(s.Policies, aws.ToString(in.PolicyArn))
	return &iam.DeletePolicyOutput{}, nil
}

// ListEntitiesForPolicy lists the roles that a managed policy is attached to or bounds. There are no users and groups here.
func (s *Service) ListEntitiesForPolicy(_ context.Context, in *iam.ListEntitiesForPolicyInput) (*iam.ListEntitiesForPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.attachable(aws.ToString(in.PolicyArn)) {
		return nil, noPolicy(in.PolicyArn)
	}
	attached, bounds := s.uses(aws.ToString(in.PolicyArn))
	all := []types.PolicyRole{}
	for _, name := range slices.Sorted(maps.Keys(s.Roles)) {
		r := s.Roles[name].Role
		used := in.PolicyUsageFilter != types.PolicyUsageTypePermissionsBoundary && slices.Contains(attached, name) ||
			in.PolicyUsageFilter != types.PolicyUsageTypePermissionsPolicy && slices.Contains(bounds, name)
		if used && (in.EntityFilter == "" || in.EntityFilter == types.EntityTypeRole) && strings.HasPrefix(aws.ToString(r.Path), aws.ToString(in.PathPrefix)) {
			all = append(all, types.PolicyRole{RoleName: r.RoleName, RoleId: r.RoleId})
		}
	}
	page, next, err := paging.Page(all, in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, invalid("Invalid Marker.")
	}
	return &iam.ListEntitiesForPolicyOutput{PolicyRoles: page, PolicyGroups: []types.PolicyGroup{}, PolicyUsers: []types.PolicyUser{}, Marker: next, IsTruncated: next != nil}, nil
}

// policy finds a policy of the account. AWS's own are not to be changed. The caller holds the lock.
func (s *Service) policy(arn *string) (*policy, error) {
	if p, ok := s.Policies[aws.ToString(arn)]; ok {
		return p, nil
	}
	if managed(aws.ToString(arn)) {
		return nil, &wire.Error{Code: "AccessDenied", Message: "Policy " + aws.ToString(arn) + " belongs to AWS.", Status: 403}
	}
	return nil, noPolicy(arn)
}

// attachable tells whether there is a policy of that ARN. The caller holds the lock.
func (s *Service) attachable(arn string) bool {
	_, own := s.Policies[arn]
	return own || managed(arn)
}

// uses lists the roles that a policy is attached to and those that it bounds. The caller holds the lock.
func (s *Service) uses(arn string) (attached, bounds []string) {
	for name, r := range s.Roles {
		if slices.Contains(r.Attached, arn) {
			attached = append(attached, name)
		}
		if b := r.Role.PermissionsBoundary; b != nil && aws.ToString(b.PermissionsBoundaryArn) == arn {
			bounds = append(bounds, name)
		}
	}
	return attached, bounds
}

// ofAWS describes a policy of AWS's. The caller holds the lock.
func (s *Service) ofAWS(arn string) types.Policy {
	path := strings.TrimPrefix(arn, strings.TrimSuffix(awsPolicies, "/"))
	return s.counted(types.Policy{
		Arn: &arn, PolicyName: aws.String(policyName(arn)), IsAttachable: true,
		Path: aws.String(path[:strings.LastIndex(path, "/")+1]), DefaultVersionId: aws.String("v1"),
	})
}

// counted adds how often a policy is used now. The caller holds the lock.
func (s *Service) counted(p types.Policy) types.Policy {
	attached, bounds := s.uses(aws.ToString(p.Arn))
	p.AttachmentCount, p.PermissionsBoundaryUsageCount = aws.Int32(int32(len(attached))), aws.Int32(int32(len(bounds)))
	return p
}

func noPolicy(arn *string) error {
	return noSuchEntity("Policy " + aws.ToString(arn) + " was not found.")
}

// checkPath returns a path, / when there is none.
func checkPath(path *string) (string, error) {
	p := cmp.Or(aws.ToString(path), "/")
	if !strings.HasPrefix(p, "/") || !strings.HasSuffix(p, "/") {
		return "", invalid("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")
	}
	return p, nil
}
