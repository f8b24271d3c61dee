package iam_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

const (
	trust     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	document  = `{"Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"arn:aws:logs:*:*:log-group:/a b+c"}]}`
	execution = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
)

func TestARoleIsDeletedOnlyWithoutPolicies(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	name := aws.String("demo-test-web-execution")
	create := &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trust)}
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	note(c.CreateRole(ctx, create))
	note(c.CreateRole(ctx, create))
	note(c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("logs"), PolicyDocument: aws.String(document)}))
	note(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: aws.String(execution)}))
	note(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonECSTaskExectionRolePolicy")}))
	note(c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}))
	note(c.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: aws.String(execution)}))
	note(c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}))
	note(c.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("logs")}))
	note(c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}))
	note(c.GetRole(ctx, &iam.GetRoleInput{RoleName: name}))
	want := []string{"ok", "EntityAlreadyExists", "ok", "ok", "NoSuchEntity", "DeleteConflict", "ok", "DeleteConflict", "ok", "ok", "NoSuchEntity"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPoliciesComeBackEncodedAsIAMSendsThem(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	name := aws.String("r")
	if _, err := c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trust), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(document)}); err != nil {
		t.Fatal(err)
	}
	role, err := c.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := c.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: aws.String("p")})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := url.PathUnescape(*role.Role.AssumeRolePolicyDocument)
	second, _ := url.PathUnescape(*policy.PolicyDocument)
	got := []string{first, second, *role.Role.Arn, *role.Role.Tags[0].Value}
	if diff := cmp.Diff([]string{trust, document, "arn:aws:iam::000000000000:role/r", "1"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestImpossibleRolesAreRefused(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	var got []string
	for _, in := range []*iam.CreateRoleInput{
		{RoleName: aws.String("a b"), AssumeRolePolicyDocument: aws.String(trust)},
		{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String("{")},
		{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(trust), Path: aws.String("x")},
	} {
		_, err := c.CreateRole(ctx, in)
		got = append(got, emulatortest.Code(err))
	}
	if diff := cmp.Diff([]string{"ValidationError", "MalformedPolicyDocument", "ValidationError"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAServiceLinkedRoleIsMadeOnce(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	in := &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("ecs.amazonaws.com")}
	out, err := c.CreateServiceLinkedRole(ctx, in)
	if err != nil || *out.Role.Arn != "arn:aws:iam::000000000000:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS" {
		t.Errorf("%v %v", out, err)
	}
	_, err = c.CreateServiceLinkedRole(ctx, in)
	if no := new(types.InvalidInputException); !errors.As(err, &no) {
		t.Errorf("the second: %v", err)
	}
}
