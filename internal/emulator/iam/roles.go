package iam

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// CreateRole makes a role.
func (s *Service) CreateRole(_ context.Context, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
	if err := checkName("roleName", in.RoleName, 64); err != nil {
		return nil, err
	}
	if err := checkDocument(in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	path, err := checkPath(in.Path)
	if err != nil {
		return nil, err
	}
	session := int32(3600)
	if in.MaxSessionDuration != nil {
		session = *in.MaxSessionDuration
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.RoleName)
	if _, ok := s.Roles[name]; ok {
		return nil, &types.EntityAlreadyExistsException{Message: aws.String("Role with name " + name + " already exists.")}
	}
	r := types.Role{
		Arn: aws.String(s.scope.ARN("iam", "role"+path+name)), RoleId: aws.String(ids.New("AROA", 17)), RoleName: &name,
		Path: &path, CreateDate: s.now(), AssumeRolePolicyDocument: in.AssumeRolePolicyDocument,
		Description: in.Description, MaxSessionDuration: &session, Tags: slices.Clone(in.Tags),
		PermissionsBoundary: boundary(in.PermissionsBoundary),
	}
	s.Roles[name] = &role{Role: r, Inline: map[string]string{}}
	return &iam.CreateRoleOutput{Role: shown(r)}, nil
}

func boundary(arn *string) *types.AttachedPermissionsBoundary {
	if aws.ToString(arn) == "" {
		return nil
	}
	return &types.AttachedPermissionsBoundary{PermissionsBoundaryArn: arn, PermissionsBoundaryType: types.PermissionsBoundaryAttachmentTypePolicy}
}

// shown returns the role as an answer carries it.
func shown(r types.Role) *types.Role {
	r.AssumeRolePolicyDocument = encoded(aws.ToString(r.AssumeRolePolicyDocument))
	return &r
}

// GetRole returns one role.
func (s *Service) GetRole(_ context.Context, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	out := shown(r.Role)
	out.RoleLastUsed = &types.RoleLastUsed{}
	return &iam.GetRoleOutput{Role: out}, nil
}

// ListRoles lists roles by path and name, without tags and boundary, as IAM does.
func (s *Service) ListRoles(_ context.Context, in *iam.ListRolesInput) (*iam.ListRolesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.Role{}
	for _, name := range slices.Sorted(maps.Keys(s.Roles)) {
		r := s.Roles[name].Role
		if !strings.HasPrefix(aws.ToString(r.Path), aws.ToString(in.PathPrefix)) {
			continue
		}
		r.Tags, r.PermissionsBoundary = nil, nil
		all = append(all, *shown(r))
	}
	page, next, err := paging.Page(all, in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, invalid("Invalid Marker.")
	}
	return &iam.ListRolesOutput{Roles: page, Marker: next, IsTruncated: next != nil}, nil
}

// DeleteRole deletes a role that has no policies left.
func (s *Service) DeleteRole(_ context.Context, in *iam.DeleteRoleInput) (*iam.DeleteRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	switch {
	case err != nil:
		return nil, err
	case len(r.Attached) > 0:
		return nil, conflict("Cannot delete entity, must detach all policies first.")
	case len(r.Inline) > 0:
		return nil, conflict("Cannot delete entity, must delete policies first.")
	}
	delete(s.Roles, aws.ToString(in.RoleName))
	return &iam.DeleteRoleOutput{}, nil
}

// UpdateRole sets the description and the longest session.
func (s *Service) UpdateRole(_ context.Context, in *iam.UpdateRoleInput) (*iam.UpdateRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		r.Role.Description = in.Description
	}
	if in.MaxSessionDuration != nil {
		r.Role.MaxSessionDuration = in.MaxSessionDuration
	}
	return &iam.UpdateRoleOutput{}, nil
}

// UpdateAssumeRolePolicy replaces the trust policy.
func (s *Service) UpdateAssumeRolePolicy(_ context.Context, in *iam.UpdateAssumeRolePolicyInput) (*iam.UpdateAssumeRolePolicyOutput, error) {
	if err := checkDocument(in.PolicyDocument); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	r.Role.AssumeRolePolicyDocument = in.PolicyDocument
	return &iam.UpdateAssumeRolePolicyOutput{}, nil
}

// PutRolePermissionsBoundary sets the boundary.
func (s *Service) PutRolePermissionsBoundary(_ context.Context, in *iam.PutRolePermissionsBoundaryInput) (*iam.PutRolePermissionsBoundaryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	r.Role.PermissionsBoundary = boundary(in.PermissionsBoundary)
	return &iam.PutRolePermissionsBoundaryOutput{}, nil
}

// DeleteRolePermissionsBoundary takes the boundary away.
func (s *Service) DeleteRolePermissionsBoundary(_ context.Context, in *iam.DeleteRolePermissionsBoundaryInput) (*iam.DeleteRolePermissionsBoundaryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	r.Role.PermissionsBoundary = nil
	return &iam.DeleteRolePermissionsBoundaryOutput{}, nil
}

// ListInstanceProfilesForRole is always empty: instances are not part of environment local.
func (s *Service) ListInstanceProfilesForRole(_ context.Context, in *iam.ListInstanceProfilesForRoleInput) (*iam.ListInstanceProfilesForRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.role(in.RoleName); err != nil {
		return nil, err
	}
	return &iam.ListInstanceProfilesForRoleOutput{InstanceProfiles: []types.InstanceProfile{}}, nil
}

// CreateServiceLinkedRole makes the role through which a service acts.
func (s *Service) CreateServiceLinkedRole(_ context.Context, in *iam.CreateServiceLinkedRoleInput) (*iam.CreateServiceLinkedRoleOutput, error) {
	service, ok := strings.CutSuffix(aws.ToString(in.AWSServiceName), ".amazonaws.com")
	suffix, known := linkedRole(service)
	if !ok || !known {
		return nil, &types.InvalidInputException{Message: aws.String("Service " + aws.ToString(in.AWSServiceName) + " does not support service-linked roles here.")}
	}
	name := "AWSServiceRoleFor" + suffix
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.Roles[name]; ok {
		return nil, &types.InvalidInputException{Message: aws.String("Service role name " + name + " has been taken in this account, please try a different suffix.")}
	}
	path := "/aws-service-role/" + service + ".amazonaws.com/"
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["` + service + `.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`
	r := types.Role{Arn: aws.String(s.scope.ARN("iam", "role"+path+name)), RoleId: aws.String(ids.New("AROA", 17)), RoleName: &name,
		Path: &path, CreateDate: s.now(), AssumeRolePolicyDocument: &trust, Description: in.Description, MaxSessionDuration: aws.Int32(3600)}
	s.Roles[name] = &role{Role: r, Inline: map[string]string{}}
	return &iam.CreateServiceLinkedRoleOutput{Role: shown(r)}, nil
}
