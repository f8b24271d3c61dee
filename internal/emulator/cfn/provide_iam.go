package cfn

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

func (d Deps) iam() map[string]provider {
	return map[string]provider{"AWS::IAM::Role": d.role(), "AWS::IAM::Policy": d.policy(), "AWS::IAM::ManagedPolicy": d.managedPolicy()}
}

func iamTags(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}

// role is an IAM role with what is inline in it; Ref is its name.
func (d Deps) role() provider {
	return provider{
		required: []string{"AssumeRolePolicyDocument"}, createOnly: []string{"RoleName", "Path"}, properties: []string{"Description", "ManagedPolicyArns", "MaxSessionDuration", "PermissionsBoundary", "Policies"},
		name: "RoleName", tagged: true, iam: true, attributes: []string{"Arn", "RoleId"},
		create: d.createRole,
		update: d.updateRole,
		remove: d.removeRole,
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(r.ID)})
			if err != nil {
				return nil, err
			}
			return map[string]any{"Arn": aws.ToString(out.Role.Arn), "RoleId": aws.ToString(out.Role.RoleId)}, nil
		},
	}
}

func (d Deps) createRole(ctx context.Context, r request) (string, error) {
	in := &iam.CreateRoleInput{Tags: iamTags(r.allTags())}
	if err := fill(in, r.Props, nil, "Tags", "AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies"); err != nil {
		return "", err
	}
	trust, err := document(r.Props["AssumeRolePolicyDocument"])
	if err != nil {
		return "", err
	}
	in.AssumeRolePolicyDocument = &trust
	if in.RoleName == nil {
		in.RoleName = aws.String(r.physical(64))
	}
	if _, err := d.IAM.CreateRole(ctx, in); err != nil {
		return "", err
	}
	r.ID = *in.RoleName
	return r.ID, d.rolePolicies(ctx, r)
}

// inline reads [{PolicyName, PolicyDocument}].
func inline(v any) (map[string]string, error) {
	out := map[string]string{}
	list, _ := v.([]any)
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return nil, badProperty("#/Policies: expected type: JSONObject")
		}
		name, _ := template.Text(m["PolicyName"])
		text, err := document(m["PolicyDocument"])
		if err != nil {
			return nil, err
		}
		out[name] = text
	}
	return out, nil
}

// rolePolicies brings inline and managed policies from what they were to what they should be.
func (d Deps) rolePolicies(ctx context.Context, r request) error {
	role := aws.String(r.ID)
	now, err := inline(r.Props["Policies"])
	if err != nil {
		return err
	}
	before, err := inline(r.Old["Policies"])
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if _, err := d.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String(name), PolicyDocument: aws.String(now[name])}); err != nil {
			return err
		}
	}
	for name := range before {
		if _, still := now[name]; still {
			continue
		}
		if _, err := d.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String(name)}); err != nil && !isGone(err) {
			return err
		}
	}
	managed, old := r.texts("ManagedPolicyArns"), texts(r.Old["ManagedPolicyArns"])
	for _, arn := range managed {
		if _, err := d.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: aws.String(arn)}); err != nil {
			return err
		}
	}
	for _, arn := range old {
		if slices.Contains(managed, arn) {
			continue
		}
		if _, err := d.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: aws.String(arn)}); err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

func (d Deps) updateRole(ctx context.Context, r request) error {
	role := aws.String(r.ID)
	if r.changed("AssumeRolePolicyDocument") {
		trust, err := document(r.Props["AssumeRolePolicyDocument"])
		if err != nil {
			return err
		}
		if _, err := d.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: &trust}); err != nil {
			return err
		}
	}
	if r.changed("Description") || r.changed("MaxSessionDuration") {
		in := &iam.UpdateRoleInput{RoleName: role}
		some := map[string]any{}
		for _, k := range []string{"Description", "MaxSessionDuration"} {
			if r.Props[k] != nil {
				some[k] = r.Props[k]
			}
		}
		if err := fill(in, some, nil); err != nil {
			return err
		}
		if _, err := d.IAM.UpdateRole(ctx, in); err != nil {
			return err
		}
	}
	if err := d.boundary(ctx, r); err != nil {
		return err
	}
	if err := d.rolePolicies(ctx, r); err != nil {
		return err
	}
	return d.retagRole(ctx, r)
}

func (d Deps) boundary(ctx context.Context, r request) error {
	if !r.changed("PermissionsBoundary") {
		return nil
	}
	if b := r.text("PermissionsBoundary"); b != "" {
		_, err := d.IAM.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: aws.String(r.ID), PermissionsBoundary: &b})
		return err
	}
	_, err := d.IAM.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: aws.String(r.ID)})
	return err
}

func (d Deps) retagRole(ctx context.Context, r request) error {
	set, gone := r.tagDiff()
	if len(set) > 0 {
		if _, err := d.IAM.TagRole(ctx, &iam.TagRoleInput{RoleName: aws.String(r.ID), Tags: iamTags(set)}); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := d.IAM.UntagRole(ctx, &iam.UntagRoleInput{RoleName: aws.String(r.ID), TagKeys: gone})
	return err
}

// removeRole takes away what the template gave the role, then the role. A policy that somebody else attached keeps it,
// as on AWS.
func (d Deps) removeRole(ctx context.Context, r request) error {
	if err := d.rolePolicies(ctx, request{ID: r.ID, Old: r.Props, Props: map[string]any{}}); err != nil {
		return err
	}
	_, err := d.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String(r.ID)})
	return err
}

// policy is an inline policy put into roles; Ref is its name. Users and groups are not known here.
func (d Deps) policy() provider {
	put := func(ctx context.Context, r request) error {
		text, err := document(r.Props["PolicyDocument"])
		if err != nil {
			return err
		}
		for _, role := range r.texts("Roles") {
			if _, err := d.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(r.text("PolicyName")), PolicyDocument: &text}); err != nil {
				return err
			}
		}
		return nil
	}
	take := func(ctx context.Context, name string, roles []string) error {
		for _, role := range roles {
			if _, err := d.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(name)}); err != nil && !isGone(err) {
				return err
			}
		}
		return nil
	}
	return provider{
		required: []string{"PolicyDocument", "PolicyName", "Roles"}, iam: true,
		create: func(ctx context.Context, r request) (string, error) { return r.physical(128), put(ctx, r) },
		update: func(ctx context.Context, r request) error {
			old := request{Props: r.Old}
			gone := slices.DeleteFunc(old.texts("Roles"), func(role string) bool {
				return old.text("PolicyName") == r.text("PolicyName") && slices.Contains(r.texts("Roles"), role)
			})
			if err := take(ctx, old.text("PolicyName"), gone); err != nil {
				return err
			}
			return put(ctx, r)
		},
		remove: func(ctx context.Context, r request) error { return take(ctx, r.text("PolicyName"), r.texts("Roles")) },
	}
}
