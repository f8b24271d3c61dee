package secrets

import (
	"bytes"
	"context"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// CreateSecret makes a secret, with a first version if a value is given.
func (s *Service) CreateSecret(_ context.Context, in *secretsmanager.CreateSecretInput) (*secretsmanager.CreateSecretOutput, error) {
	name := aws.ToString(in.Name)
	if !regexp.MustCompile(`^[\w/+=.@-]{1,512}$`).MatchString(name) {
		return nil, invalidParameter("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	}
	if in.SecretString != nil && in.SecretBinary != nil {
		return nil, invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purge()
	if x, ok := s.secrets[name]; ok {
		if x.Deleted != nil {
			return nil, &types.InvalidRequestException{Message: aws.String("You can't create this secret because a secret with this name is already scheduled for deletion.")}
		}
		return nil, &types.ResourceExistsException{Message: aws.String("The operation failed because the secret " + name + " already exists.")}
	}
	x := &secret{Name: name, ARN: s.scope.ARN("secretsmanager", "secret:"+name+"-"+ids.New("", 6)), Description: aws.ToString(in.Description),
		KeyID: aws.ToString(in.KmsKeyId), Type: aws.ToString(in.Type), Tags: map[string]string{}, Created: s.now(), Changed: s.now(), Versions: map[string]*version{}}
	for _, t := range in.Tags {
		x.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	s.secrets[name] = x
	out := &secretsmanager.CreateSecretOutput{ARN: &x.ARN, Name: &x.Name}
	if in.SecretString != nil || in.SecretBinary != nil {
		v := s.version(in.ClientRequestToken, in.SecretString, in.SecretBinary)
		x.put(v, nil)
		out.VersionId = &v.ID
	}
	return out, nil
}

func (s *Service) version(token, text *string, binary []byte) *version {
	id := aws.ToString(token)
	if id == "" {
		id = ids.NewUUID()
	}
	return &version{ID: id, String: text, Binary: binary, Created: s.now()}
}

// PutSecretValue adds a version. The same token with the same value changes nothing.
func (s *Service) PutSecretValue(_ context.Context, in *secretsmanager.PutSecretValueInput) (*secretsmanager.PutSecretValueOutput, error) {
	if (in.SecretString == nil) == (in.SecretBinary == nil) {
		return nil, invalidParameter("You must provide either SecretString or SecretBinary.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.alive(in.SecretId)
	if err != nil {
		return nil, err
	}
	v := s.version(in.ClientRequestToken, in.SecretString, in.SecretBinary)
	if old, ok := x.Versions[v.ID]; ok {
		if aws.ToString(old.String) != aws.ToString(v.String) || !bytes.Equal(old.Binary, v.Binary) {
			return nil, &types.ResourceExistsException{Message: aws.String("A version with this ClientRequestToken and another value exists already.")}
		}
		v = old
	} else {
		x.put(v, in.VersionStages)
	}
	return &secretsmanager.PutSecretValueOutput{ARN: &x.ARN, Name: &x.Name, VersionId: &v.ID, VersionStages: v.Stages}, nil
}

// UpdateSecret changes the description or key, and adds a version if a value is given.
func (s *Service) UpdateSecret(_ context.Context, in *secretsmanager.UpdateSecretInput) (*secretsmanager.UpdateSecretOutput, error) {
	if in.SecretString != nil && in.SecretBinary != nil {
		return nil, invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.alive(in.SecretId)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		x.Description = *in.Description
	}
	if in.KmsKeyId != nil {
		x.KeyID = *in.KmsKeyId
	}
	x.Changed = s.now()
	out := &secretsmanager.UpdateSecretOutput{ARN: &x.ARN, Name: &x.Name}
	if in.SecretString != nil || in.SecretBinary != nil {
		v := s.version(in.ClientRequestToken, in.SecretString, in.SecretBinary)
		x.put(v, nil)
		out.VersionId = &v.ID
	}
	return out, nil
}

// GetSecretValue returns the value of a version, by ID or stage; AWSCURRENT by default.
func (s *Service) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.alive(in.SecretId)
	if err != nil {
		return nil, err
	}
	stage := aws.ToString(in.VersionStage)
	if stage == "" && in.VersionId == nil {
		stage = current
	}
	for id, v := range x.Versions {
		if in.VersionId != nil && id != *in.VersionId || stage != "" && !slices.Contains(v.Stages, stage) {
			continue
		}
		return &secretsmanager.GetSecretValueOutput{ARN: &x.ARN, Name: &x.Name, CreatedDate: &v.Created, SecretString: v.String,
			SecretBinary: v.Binary, VersionId: &v.ID, VersionStages: v.Stages}, nil
	}
	what := "staging label: " + stage
	if in.VersionId != nil {
		what = "VersionId: " + *in.VersionId
	}
	return nil, &types.ResourceNotFoundException{Message: aws.String("Secrets Manager can't find the specified secret value for " + what)}
}

// ListSecretVersionIds lists a secret's versions, newest first.
func (s *Service) ListSecretVersionIds(_ context.Context, in *secretsmanager.ListSecretVersionIdsInput) (*secretsmanager.ListSecretVersionIdsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	out := &secretsmanager.ListSecretVersionIdsOutput{ARN: &x.ARN, Name: &x.Name, Versions: []types.SecretVersionsListEntry{}}
	for _, v := range x.Versions {
		if len(v.Stages) > 0 || aws.ToBool(in.IncludeDeprecated) {
			out.Versions = append(out.Versions, types.SecretVersionsListEntry{CreatedDate: &v.Created, VersionId: &v.ID, VersionStages: v.Stages})
		}
	}
	slices.SortFunc(out.Versions, func(a, b types.SecretVersionsListEntry) int { return b.CreatedDate.Compare(*a.CreatedDate) })
	return out, nil
}
