package secrets_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func TestASecretsNewValueIsCurrentAndTheOldOnePrevious(t *testing.T) {
	t.Parallel()
	c, ctx := secretsmanager.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	made, err := c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("demo/key"), SecretString: aws.String("one")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: made.ARN, SecretString: aws.String("two")}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, in := range []*secretsmanager.GetSecretValueInput{
		{SecretId: aws.String("demo/key")}, {SecretId: made.ARN, VersionStage: aws.String("AWSPREVIOUS")}, {SecretId: made.ARN, VersionId: made.VersionId},
		{SecretId: made.ARN, VersionStage: aws.String("AWSPENDING")}, {SecretId: aws.String("none")},
	} {
		out, err := c.GetSecretValue(ctx, in)
		if err != nil {
			got = append(got, emulatortest.Code(err))
			continue
		}
		got = append(got, *out.SecretString)
	}
	if diff := cmp.Diff([]string{"two", "one", "one", "ResourceNotFoundException", "ResourceNotFoundException"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestADeletedSecretCanBeRestoredUnlessForced(t *testing.T) {
	t.Parallel()
	c, ctx := secretsmanager.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	id := aws.String("s")
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	note(c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: id, SecretBinary: []byte{0, 1}}))
	note(c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: id}))
	note(c.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: id, RecoveryWindowInDays: aws.Int64(3)}))
	note(c.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: id}))
	note(c.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: id}))
	note(c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: id}))
	note(c.RestoreSecret(ctx, &secretsmanager.RestoreSecretInput{SecretId: id}))
	note(c.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: id, ForceDeleteWithoutRecovery: aws.Bool(true)}))
	note(c.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: id}))
	want := []string{"ok", "ResourceExistsException", "InvalidParameterException", "ok", "InvalidRequestException", "InvalidRequestException", "ok", "ok", "ResourceNotFoundException"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsAreListedByPrefixOfNameAndTag(t *testing.T) {
	t.Parallel()
	c, ctx := secretsmanager.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	for _, name := range []string{"demo/a", "demo/b", "other"} {
		if _, err := c.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: &name, Tags: []types.Tag{{Key: aws.String("owner"), Value: &name}}}); err != nil {
			t.Fatal(err)
		}
	}
	count := func(key types.FilterNameStringType, values ...string) int {
		out, err := c.ListSecrets(ctx, &secretsmanager.ListSecretsInput{Filters: []types.Filter{{Key: key, Values: values}}})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.SecretList)
	}
	got := []int{count(types.FilterNameStringTypeName, "demo/"), count(types.FilterNameStringTypeName, "!demo/"), count(types.FilterNameStringTypeTagValue, "other")}
	if diff := cmp.Diff([]int{2, 1, 1}, got); diff != "" {
		t.Error(diff)
	}
}
