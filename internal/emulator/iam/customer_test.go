package iam_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// makePolicy makes a managed policy and returns its ARN.
func makePolicy(t *testing.T, c *iam.Client, name string, tweak ...func(*iam.CreatePolicyInput)) *string {
	t.Helper()
	in := &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(document)}
	for _, f := range tweak {
		f(in)
	}
	return must[*iam.CreatePolicyOutput](t)(c.CreatePolicy(t.Context(), in)).Policy.Arn
}

func makeRole(t *testing.T, c *iam.Client, name string, tweak ...func(*iam.CreateRoleInput)) *string {
	t.Helper()
	in := &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(trust)}
	for _, f := range tweak {
		f(in)
	}
	return must[*iam.CreateRoleOutput](t)(c.CreateRole(t.Context(), in)).Role.RoleName
}

func TestAManagedPolicyGoesOnlyWithoutRolesAndOtherVersions(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	role := makeRole(t, c, "web")
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	arn := aws.String("arn:aws:iam::000000000000:policy/demo/read")
	create := &iam.CreatePolicyInput{PolicyName: aws.String("read"), Path: aws.String("/demo/"), PolicyDocument: aws.String(document)}
	note(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn}))
	note(c.CreatePolicy(ctx, create))
	note(c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("Read"), PolicyDocument: aws.String(document)}))
	note(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn}))
	note(c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	note(c.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: arn}))
	note(c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: aws.String(document)}))
	note(c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	note(c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v2")}))
	note(c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	note(c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	note(c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn}))
	note(c.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: arn}))
	want := []string{"NoSuchEntity", "ok", "EntityAlreadyExists", "ok", "DeleteConflict", "ok", "ok", "DeleteConflict", "ok", "ok", "NoSuchEntity", "NoSuchEntity", "NoSuchEntity"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// versions lists a policy's versions, the default with a star.
func versions(t *testing.T, c *iam.Client, arn *string) []string {
	t.Helper()
	var got []string
	for _, v := range must[*iam.ListPolicyVersionsOutput](t)(c.ListPolicyVersions(t.Context(), &iam.ListPolicyVersionsInput{PolicyArn: arn})).Versions {
		name := *v.VersionId
		if v.IsDefaultVersion {
			name += "*"
		}
		got = append(got, name)
	}
	return got
}

func TestAManagedPolicyHasUpToFiveVersionsOneOfWhichHolds(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	arn := makePolicy(t, c, "p")
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	next := func(action string, prefer bool) (any, error) {
		text := strings.ReplaceAll(document, "logs:PutLogEvents", action)
		return c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: &text, SetAsDefault: prefer})
	}
	for i := range 5 {
		note(next(fmt.Sprintf("logs:%d", i), i == 1))
	}
	if diff := cmp.Diff([]string{"v5", "v4", "v3*", "v2", "v1"}, versions(t, c, arn)); diff != "" {
		t.Error(diff)
	}
	note(c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v3")}))
	note(c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v5")}))
	note(c.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v5")}))
	note(c.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")}))
	note(next("logs:x", false))
	note(c.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v5")}))
	want := []string{"ok", "ok", "ok", "ok", "LimitExceeded", "DeleteConflict", "ok", "NoSuchEntity", "ok", "ok", "NoSuchEntity"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"v6", "v4", "v3", "v2", "v1*"}, versions(t, c, arn)); diff != "" {
		t.Error(diff)
	}
	v := must[*iam.GetPolicyVersionOutput](t)(c.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")}))
	p := must[*iam.GetPolicyOutput](t)(c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn}))
	text, _ := url.PathUnescape(*v.PolicyVersion.Document)
	if diff := cmp.Diff([]string{document, "v1"}, []string{text, *p.Policy.DefaultVersionId}); diff != "" {
		t.Error(diff)
	}
}

func TestManagedPoliciesThatSayTooLittleOrTooMuchAreRefused(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	statement := func(s string) string { return `{"Statement":` + s + `}` }
	got := map[string]string{}
	for name, text := range map[string]string{
		"no JSON":      "{",
		"no statement": `{"Version":"2012-10-17"}`,
		"no effect":    statement(`[{"Action":"a:b","Resource":"*"}]`),
		"no action":    statement(`[{"Effect":"Allow","Resource":"*"}]`),
		"no resource":  statement(`[{"Effect":"Allow","Action":"a:b"}]`),
		"principal":    statement(`{"Effect":"Allow","Action":"a:b","Resource":"*","Principal":"*"}`),
		"text":         statement(`"x"`),
		"long":         statement(`[{"Effect":"Allow","Action":"a:b","Resource":"` + strings.Repeat("x", 6144) + `"}]`),
		"one":          statement(`{"Effect":"Deny","NotAction":"a:b","NotResource":"*"}`),
		"spaces":       statement(`[{"Effect":"Allow","Action":"a:b","Resource":"*"}` + strings.Repeat(" ", 7000) + `]`),
	} {
		_, err := c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String(strings.ReplaceAll(name, " ", "")), PolicyDocument: &text})
		got[name] = emulatortest.Code(err)
	}
	for name, in := range map[string]*iam.CreatePolicyInput{
		"name": {PolicyName: aws.String("a b"), PolicyDocument: aws.String(document)},
		"path": {PolicyName: aws.String("ab"), PolicyDocument: aws.String(document), Path: aws.String("x")},
	} {
		_, err := c.CreatePolicy(ctx, in)
		got[name] = emulatortest.Code(err)
	}
	const malformed = "MalformedPolicyDocument"
	want := map[string]string{
		"no JSON": malformed, "no statement": malformed, "no effect": malformed, "no action": malformed, "no resource": malformed, "principal": malformed,
		"text": malformed, "long": "LimitExceeded", "one": "ok", "spaces": "ok", "name": "ValidationError", "path": "ValidationError",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPoliciesOfAWSAreAttachedButNotChanged(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	role, arn := makeRole(t, c, "web"), aws.String(execution)
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	note(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn}))
	note(c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn}))
	note(c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: aws.String(document)}))
	note(c.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: arn, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}}))
	note(c.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")}))
	if diff := cmp.Diff([]string{"ok", "AccessDenied", "AccessDenied", "AccessDenied", "ValidationError"}, got); diff != "" {
		t.Error(diff)
	}
	p := must[*iam.GetPolicyOutput](t)(c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})).Policy
	want := &types.Policy{
		Arn: arn, PolicyName: aws.String("AmazonECSTaskExecutionRolePolicy"), Path: aws.String("/service-role/"), DefaultVersionId: aws.String("v1"), IsAttachable: true,
		AttachmentCount: aws.Int32(1), PermissionsBoundaryUsageCount: aws.Int32(0), Tags: []types.Tag{},
	}
	if diff := cmp.Diff(want, p, cmpopts.IgnoreUnexported(types.Policy{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"v1*"}, versions(t, c, arn)); diff != "" {
		t.Error(diff)
	}
}

func TestManagedPoliciesAreListedByScopePathAndUse(t *testing.T) {
	t.Parallel()
	c, ctx := iam.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	used, bound := makePolicy(t, c, "used"), makePolicy(t, c, "bound", func(in *iam.CreatePolicyInput) { in.Path = aws.String("/limits/") })
	makePolicy(t, c, "free", func(in *iam.CreatePolicyInput) { in.Description = aws.String("nobody's") })
	web := makeRole(t, c, "web")
	makeRole(t, c, "job", func(in *iam.CreateRoleInput) { in.PermissionsBoundary = bound })
	for _, arn := range []*string{used, aws.String(execution)} {
		must[*iam.AttachRolePolicyOutput](t)(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: web, PolicyArn: arn}))
	}
	list := func(in iam.ListPoliciesInput) (names []string) {
		pages := iam.NewListPoliciesPaginator(c, &in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page.Policies {
				names = append(names, *p.PolicyName)
			}
		}
		return names
	}
	got := map[string][]string{
		"local":         list(iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, MaxItems: aws.Int32(2)}),
		"path":          list(iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, PathPrefix: aws.String("/limits/")}),
		"attached":      list(iam.ListPoliciesInput{OnlyAttached: true}),
		"to roles":      list(iam.ListPoliciesInput{PolicyUsageFilter: types.PolicyUsageTypePermissionsPolicy}),
		"as a boundary": list(iam.ListPoliciesInput{PolicyUsageFilter: types.PolicyUsageTypePermissionsBoundary}),
		"AWS's":         list(iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws, OnlyAttached: true}),
	}
	const ecs = "AmazonECSTaskExecutionRolePolicy"
	want := map[string][]string{
		"local": {"free", "bound", "used"}, "path": {"bound"}, "attached": {"bound", "used", ecs}, "to roles": {"used", ecs}, "as a boundary": {"bound"}, "AWS's": {ecs},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, err := c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: bound})
	if code := emulatortest.Code(err); code != "DeleteConflict" {
		t.Errorf("the boundary: %s", code)
	}
	entities := map[string][]string{}
	for name, arn := range map[string]*string{"used": used, "bound": bound} {
		for _, r := range must[*iam.ListEntitiesForPolicyOutput](t)(c.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: arn})).PolicyRoles {
			entities[name] = append(entities[name], *r.RoleName)
		}
		for _, filter := range []types.EntityType{types.EntityTypeUser, types.EntityTypeGroup} {
			if out := must[*iam.ListEntitiesForPolicyOutput](t)(c.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: arn, EntityFilter: filter})); len(out.PolicyRoles) > 0 {
				t.Errorf("%s: %v", filter, out.PolicyRoles)
			}
		}
	}
	if diff := cmp.Diff(map[string][]string{"used": {"web"}, "bound": {"job"}}, entities); diff != "" {
		t.Error(diff)
	}
}

func TestManagedPoliciesTheirTagsAndAttachmentsOutliveTheEndpoint(t *testing.T) {
	t.Parallel()
	dir, ctx := t.TempDir(), context.WithoutCancel(t.Context())
	first, err := emulatortest.New(emulatortest.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	tag := func(k, v string) types.Tag { return types.Tag{Key: &k, Value: &v} }
	c := iam.NewFromConfig(first.Config)
	role := makeRole(t, c, "web")
	arn := makePolicy(t, c, "p", func(in *iam.CreatePolicyInput) { in.Tags = []types.Tag{tag("a", "1"), tag("b", "2")} })
	must[*iam.TagPolicyOutput](t)(c.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: arn, Tags: []types.Tag{tag("b", "3"), tag("c", "4")}}))
	must[*iam.UntagPolicyOutput](t)(c.UntagPolicy(ctx, &iam.UntagPolicyInput{PolicyArn: arn, TagKeys: []string{"a"}}))
	must[*iam.AttachRolePolicyOutput](t)(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn}))
	must[*iam.CreatePolicyVersionOutput](t)(c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: aws.String(document)}))
	before := must[*iam.GetPolicyOutput](t)(c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})).Policy
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	c = iam.NewFromConfig(emulatortest.Start(t, emulatortest.WithDir(dir)).Config)
	after := must[*iam.GetPolicyOutput](t)(c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})).Policy
	if diff := cmp.Diff(before, after, cmpopts.IgnoreUnexported(types.Policy{}, types.Tag{})); diff != "" || *after.AttachmentCount != 1 {
		t.Error(diff, *after.AttachmentCount)
	}
	if diff := cmp.Diff([]string{"v2", "v1*"}, versions(t, c, arn)); diff != "" {
		t.Error(diff)
	}
	tags := must[*iam.ListPolicyTagsOutput](t)(c.ListPolicyTags(ctx, &iam.ListPolicyTagsInput{PolicyArn: arn})).Tags
	if diff := cmp.Diff([]types.Tag{tag("b", "3"), tag("c", "4")}, tags, cmpopts.IgnoreUnexported(types.Tag{})); diff != "" {
		t.Error(diff)
	}
}
