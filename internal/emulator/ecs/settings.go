package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// setting is the effective value of an account setting. The caller holds the lock.
func (s *Service) setting(name string) string {
	if v := s.settings[name]; v != "" {
		return v
	}
	switch types.SettingName(name) {
	case types.SettingNameContainerInsights, types.SettingNameAwsvpcTrunking, types.SettingNameFargateFipsMode:
		return "disabled"
	case types.SettingNameFargateTaskRetirementWaitPeriod:
		return "7"
	case types.SettingNameTagResourceAuthorization, types.SettingNameGuardDutyActivate:
		return "off"
	case types.SettingNameDefaultLogDriverMode:
		return "non-blocking"
	}
	return "enabled"
}

// ListAccountSettings lists the settings that were put; with EffectiveSettings all of them, defaults included.
func (s *Service) ListAccountSettings(_ context.Context, in *ecs.ListAccountSettingsInput) (*ecs.ListAccountSettingsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ecs.ListAccountSettingsOutput{Settings: []types.Setting{}}
	names := types.SettingName("").Values()
	slices.Sort(names)
	for _, name := range names {
		if in.Name != "" && in.Name != name {
			continue
		}
		if _, put := s.settings[string(name)]; !put && !in.EffectiveSettings {
			continue
		}
		if st := s.describeSetting(name); in.Value == nil || *in.Value == *st.Value {
			out.Settings = append(out.Settings, st)
		}
	}
	return out, nil
}

// PutAccountSetting sets one account setting.
func (s *Service) PutAccountSetting(_ context.Context, in *ecs.PutAccountSettingInput) (*ecs.PutAccountSettingOutput, error) {
	if !slices.Contains(types.SettingName("").Values(), in.Name) {
		return nil, invalid("Invalid setting name: %s", in.Name)
	}
	if aws.ToString(in.Value) == "" {
		return nil, invalid("Invalid setting value: ")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings[string(in.Name)] = *in.Value
	st := s.describeSetting(in.Name)
	return &ecs.PutAccountSettingOutput{Setting: &st}, nil
}

func (s *Service) describeSetting(name types.SettingName) types.Setting {
	return types.Setting{
		Name: name, Value: aws.String(s.setting(string(name))), Type: types.SettingTypeUser,
		PrincipalArn: aws.String(s.Scope.ARN("iam", "root")),
	}
}
