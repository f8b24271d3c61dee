package cfn

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// managedPolicy is a policy of the account, attached to the roles that it names and to those that name it; Ref is its ARN.
// Users and groups are not known here.
func (d Deps) managedPolicy() provider {
	return provider{
		required: []string{"PolicyDocument"}, createOnly: []string{"Description", "ManagedPolicyName", "Path"}, properties: []string{"Roles"},
		name: "ManagedPolicyName", iam: true,
		attributes: []string{"AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount", "PolicyArn", "PolicyId", "UpdateDate"},
		create: func(ctx context.Context, r request) (string, error) {
			text, err := document(r.Props["PolicyDocument"])
			if err != nil {
				return "", err
			}
			in := &iam.CreatePolicyInput{PolicyDocument: &text}
			if err := fill(in, r.Props, map[string]string{"ManagedPolicyName": "PolicyName"}, "PolicyDocument", "Roles"); err != nil {
				return "", err
			}
			if in.PolicyName == nil {
				in.PolicyName = aws.String(r.physical(128))
			}
			out, err := d.IAM.CreatePolicy(ctx, in)
			if err != nil {
				return "", err
			}
			arn := aws.ToString(out.Policy.Arn)
			return arn, d.attach(ctx, arn, r.texts("Roles"), nil)
		},
		update: func(ctx context.Context, r request) error {
			if r.changed("PolicyDocument") {
				if err := d.newVersion(ctx, r); err != nil {
					return err
				}
			}
			return d.attach(ctx, r.ID, r.texts("Roles"), texts(r.Old["Roles"]))
		},
		remove: d.removeManaged,
		read:   d.readManaged,
	}
}

// attach attaches a managed policy to roles and detaches it from those before that are no longer among them.
func (d Deps) attach(ctx context.Context, arn string, roles, before []string) error {
	for _, role := range roles {
		if _, err := d.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: &arn}); err != nil {
			return err
		}
	}
	for _, role := range before {
		if slices.Contains(roles, role) {
			continue
		}
		if _, err := d.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &role, PolicyArn: &arn}); err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

// newVersion makes the document a policy's default version. The oldest version goes when there is no room for another.
func (d Deps) newVersion(ctx context.Context, r request) error {
	text, err := document(r.Props["PolicyDocument"])
	if err != nil {
		return err
	}
	old, err := d.otherVersions(ctx, r.ID)
	if err != nil {
		return err
	}
	if len(old) >= 4 { // with the default one that is all that IAM keeps
		if err := d.removeVersions(ctx, r.ID, old[len(old)-1:]); err != nil {
			return err
		}
	}
	_, err = d.IAM.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: &r.ID, PolicyDocument: &text, SetAsDefault: true})
	return err
}

// otherVersions lists the versions of a policy that are not its default, the newest first.
func (d Deps) otherVersions(ctx context.Context, arn string) ([]types.PolicyVersion, error) {
	out, err := d.IAM.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: &arn})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out.Versions, func(v types.PolicyVersion) bool { return v.IsDefaultVersion }), nil
}

func (d Deps) removeVersions(ctx context.Context, arn string, versions []types.PolicyVersion) error {
	for _, v := range versions {
		if _, err := d.IAM.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: v.VersionId}); err != nil {
			return err
		}
	}
	return nil
}

// removeManaged detaches the policy from the roles that the template names, then deletes it. A role that somebody else
// attached it to keeps it, as on AWS.
func (d Deps) removeManaged(ctx context.Context, r request) error {
	if err := d.attach(ctx, r.ID, nil, r.texts("Roles")); err != nil {
		return err
	}
	old, err := d.otherVersions(ctx, r.ID)
	if err != nil {
		return err
	}
	if err := d.removeVersions(ctx, r.ID, old); err != nil {
		return err
	}
	_, err = d.IAM.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &r.ID})
	return err
}

func (d Deps) readManaged(ctx context.Context, r request) (map[string]any, error) {
	out, err := d.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &r.ID})
	if err != nil {
		return nil, err
	}
	p := out.Policy
	return map[string]any{
		"AttachmentCount": int(aws.ToInt32(p.AttachmentCount)), "CreateDate": aws.ToTime(p.CreateDate).Format(time.RFC3339), "DefaultVersionId": aws.ToString(p.DefaultVersionId),
		"IsAttachable": p.IsAttachable, "PermissionsBoundaryUsageCount": int(aws.ToInt32(p.PermissionsBoundaryUsageCount)), "PolicyArn": r.ID,
		"PolicyId": aws.ToString(p.PolicyId), "UpdateDate": aws.ToTime(p.UpdateDate).Format(time.RFC3339),
	}, nil
}
