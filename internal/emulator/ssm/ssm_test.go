package ssm_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func put(t *testing.T, c *ssm.Client, name, value string, overwrite bool) error {
	t.Helper()
	_, err := c.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &value, Type: types.ParameterTypeSecureString, Overwrite: &overwrite})
	return err
}

func TestAParameterHasVersionsAndIsFoundByNameAndARN(t *testing.T) {
	t.Parallel()
	c, ctx := ssm.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	got := []string{emulatortest.Code(put(t, c, "/demo/test/key", "one", false)), emulatortest.Code(put(t, c, "/demo/test/key", "two", false)), emulatortest.Code(put(t, c, "/demo/test/key", "two", true))}
	for _, name := range []string{"/demo/test/key", "arn:aws:ssm:us-east-1:000000000000:parameter/demo/test/key", "/demo/test/key:1", "/demo/test/key:3", "/demo/none"} {
		out, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		if err != nil {
			got = append(got, emulatortest.Code(err))
			continue
		}
		got = append(got, *out.Parameter.Value)
	}
	if diff := cmp.Diff([]string{"ok", "ParameterAlreadyExists", "ok", "two", "two", "one", "ParameterVersionNotFound", "ParameterNotFound"}, got); diff != "" {
		t.Error(diff)
	}
	typed := new(types.ParameterNotFound)
	if _, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("none")}); !errors.As(err, &typed) {
		t.Errorf("not typed: %v", err)
	}
}

func TestASecureStringIsUnreadableWithoutDecryption(t *testing.T) {
	t.Parallel()
	c := ssm.NewFromConfig(emulatortest.Start(t).Config)
	if err := put(t, c, "secret", "open sesame", false); err != nil {
		t.Fatal(err)
	}
	out, err := c.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("secret")})
	if err != nil || *out.Parameter.Value == "open sesame" {
		t.Errorf("%v %v", out, err)
	}
}

func TestParametersAreListedByPathAndByFilters(t *testing.T) {
	t.Parallel()
	c, ctx := ssm.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	for _, name := range []string{"/a/b/1", "/a/b/c/2", "/a/3", "plain"} {
		if err := put(t, c, name, "x", false); err != nil {
			t.Fatal(err)
		}
	}
	names := func(list []types.Parameter) (out []string) {
		for _, p := range list {
			out = append(out, *p.Name)
		}
		return out
	}
	flat, err := c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/a/b")})
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/a/"), Recursive: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"/a/b/1"}, {"/a/3", "/a/b/1", "/a/b/c/2"}}, [][]string{names(flat.Parameters), names(all.Parameters)}); diff != "" {
		t.Error(diff)
	}
	if _, err := c.AddTagsToResource(ctx, &ssm.AddTagsToResourceInput{ResourceId: aws.String("plain"), ResourceType: types.ResourceTypeForTaggingParameter,
		Tags: []types.Tag{{Key: aws.String("app"), Value: aws.String("demo")}}}); err != nil {
		t.Fatal(err)
	}
	tagged, err := c.DescribeParameters(ctx, &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("tag:app"), Values: []string{"demo"}}}})
	if err != nil || len(tagged.Parameters) != 1 || *tagged.Parameters[0].Name != "plain" {
		t.Errorf("%v %v", tagged, err)
	}
	_, err = c.DescribeParameters(ctx, &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Colour"), Values: []string{"red"}}}})
	if emulatortest.Code(err) != "InvalidFilterKey" {
		t.Errorf("an unknown filter: %v", err)
	}
}

func TestImpossibleParametersAreRefused(t *testing.T) {
	t.Parallel()
	c := ssm.NewFromConfig(emulatortest.Start(t).Config)
	var got []string
	for _, name := range []string{"a b", "aws-x", "a/b", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q"} {
		got = append(got, emulatortest.Code(put(t, c, name, "x", false)))
	}
	if diff := cmp.Diff([]string{"ValidationException", "ValidationException", "ValidationException", "HierarchyLevelLimitExceededException"}, got); diff != "" {
		t.Error(diff)
	}
}
