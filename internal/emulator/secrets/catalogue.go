package secrets

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"ferry.dev/ferry/internal/emulator/paging"
)

// DescribeSecret returns everything but the value.
func (s *Service) DescribeSecret(_ context.Context, in *secretsmanager.DescribeSecretInput) (*secretsmanager.DescribeSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	return &secretsmanager.DescribeSecretOutput{ARN: &x.ARN, Name: &x.Name, CreatedDate: &x.Created, LastChangedDate: aws.Time(x.Changed), DeletedDate: x.Deleted,
		Description: optional(x.Description), KmsKeyId: optional(x.KeyID), Type: optional(x.Type), Tags: x.tagList(), VersionIdsToStages: x.stages()}, nil
}

// ListSecrets lists secrets by name; those marked for deletion only if asked for.
func (s *Service) ListSecrets(_ context.Context, in *secretsmanager.ListSecretsInput) (*secretsmanager.ListSecretsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purge()
	all := []types.SecretListEntry{}
	for _, name := range slices.Sorted(maps.Keys(s.secrets)) {
		x := s.secrets[name]
		if x.Deleted != nil && !aws.ToBool(in.IncludePlannedDeletion) {
			continue
		}
		ok, err := x.passes(in.Filters)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, types.SecretListEntry{ARN: &x.ARN, Name: &x.Name, CreatedDate: &x.Created, LastChangedDate: aws.Time(x.Changed), DeletedDate: x.Deleted,
				Description: optional(x.Description), KmsKeyId: optional(x.KeyID), Type: optional(x.Type), Tags: x.tagList(), SecretVersionsToStages: x.stages()})
		}
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, &types.InvalidNextTokenException{Message: aws.String("The NextToken value is invalid.")}
	}
	return &secretsmanager.ListSecretsOutput{SecretList: page, NextToken: next}, nil
}

// passes applies the filters: all of them, each by any of its values, by prefix; a leading ! turns a value around.
func (x *secret) passes(filters []types.Filter) (bool, error) {
	for _, f := range filters {
		var have []string
		switch f.Key {
		case types.FilterNameStringTypeName:
			have = []string{x.Name}
		case types.FilterNameStringTypeDescription:
			have = []string{x.Description}
		case types.FilterNameStringTypeTagKey:
			have = slices.Collect(maps.Keys(x.Tags))
		case types.FilterNameStringTypeTagValue:
			have = slices.Collect(maps.Values(x.Tags))
		case types.FilterNameStringTypeAll:
			have = append(slices.Collect(maps.Values(x.Tags)), x.Name, x.Description)
			have = append(have, slices.Collect(maps.Keys(x.Tags))...)
		default:
			return false, invalidParameter("The filter " + string(f.Key) + " is not supported here.")
		}
		if !slices.ContainsFunc(f.Values, func(want string) bool { return matches(have, want) }) {
			return false, nil
		}
	}
	return true, nil
}

func matches(have []string, want string) bool {
	want, not := strings.CutPrefix(want, "!")
	return not != slices.ContainsFunc(have, func(v string) bool { return strings.HasPrefix(v, want) })
}

// DeleteSecret marks a secret for deletion in 7 to 30 days, or deletes it at once.
func (s *Service) DeleteSecret(_ context.Context, in *secretsmanager.DeleteSecretInput) (*secretsmanager.DeleteSecretOutput, error) {
	force, days := aws.ToBool(in.ForceDeleteWithoutRecovery), int64(30)
	if in.RecoveryWindowInDays != nil {
		days = *in.RecoveryWindowInDays
		if force {
			return nil, invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
		}
	}
	if days < 7 || days > 30 {
		return nil, invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.alive(in.SecretId)
	if err != nil {
		return nil, err
	}
	when := s.now()
	if force {
		delete(s.secrets, x.Name)
	} else {
		when = when.Add(time.Duration(days) * 24 * time.Hour)
		x.Deleted = &when
	}
	return &secretsmanager.DeleteSecretOutput{ARN: &x.ARN, Name: &x.Name, DeletionDate: &when}, nil
}

// RestoreSecret takes the mark for deletion away.
func (s *Service) RestoreSecret(_ context.Context, in *secretsmanager.RestoreSecretInput) (*secretsmanager.RestoreSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	x.Deleted = nil
	return &secretsmanager.RestoreSecretOutput{ARN: &x.ARN, Name: &x.Name}, nil
}

// TagResource adds or replaces tags.
func (s *Service) TagResource(_ context.Context, in *secretsmanager.TagResourceInput) (*secretsmanager.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.alive(in.SecretId)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Tags {
		x.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return &secretsmanager.TagResourceOutput{}, nil
}

// UntagResource removes tags.
func (s *Service) UntagResource(_ context.Context, in *secretsmanager.UntagResourceInput) (*secretsmanager.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.alive(in.SecretId)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(x.Tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	return &secretsmanager.UntagResourceOutput{}, nil
}
