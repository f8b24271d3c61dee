package emulator_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func putParameter(t *testing.T, h *emulatortest.Handle, name, value string) {
	t.Helper()
	_, err := ssm.NewFromConfig(h.Config).PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &value, Type: types.ParameterTypeSecureString})
	if err != nil {
		t.Fatal(err)
	}
}

func parameter(t *testing.T, h *emulatortest.Handle, name string) string {
	t.Helper()
	out, err := ssm.NewFromConfig(h.Config).GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Parameter.Value
}

func TestStateSurvivesAnEndpointsEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := emulatortest.New(emulatortest.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	putParameter(t, first, "/a", "1")
	if _, err := secretsmanager.NewFromConfig(first.Config).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("s"), SecretString: aws.String("x")}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := emulatortest.Start(t, emulatortest.WithDir(dir))
	secret, err := secretsmanager.NewFromConfig(second.Config).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("s")})
	if err != nil || *secret.SecretString != "x" || parameter(t, second, "/a") != "1" {
		t.Errorf("%v %v", secret, err)
	}
}

func TestAKilledEndpointLosesAMomentAtMost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := emulatortest.Start(t, emulatortest.WithDir(dir))
	putParameter(t, h, "/a", "kept")
	// What SIGKILL would leave: the directory as it stands shortly afterwards.
	deadline := time.Now().Add(10 * time.Second)
	for {
		data, err := os.ReadFile(filepath.Join(dir, "state", "ssm.json"))
		if err == nil && strings.Contains(string(data), "kept") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing was saved: %v", err)
		}
		<-time.After(5 * time.Millisecond)
	}
	left := t.TempDir()
	copyWhileItChanges(t, left, dir)
	if got := parameter(t, emulatortest.Start(t, emulatortest.WithDir(left)), "/a"); got != "kept" {
		t.Errorf("got %q", got)
	}
}

// copyWhileItChanges copies a directory whose files the endpoint goes on writing: one that was replaced or removed between
// listing and reading is as if the copy had begun a moment later.
func copyWhileItChanges(t *testing.T, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.Type().IsRegular() && !e.IsDir() {
			return nil // a socket is nothing that a dead process leaves
		}
		rel, relErr := filepath.Rel(from, path)
		if err = errors.Join(err, relErr); err != nil {
			return gone(err)
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return gone(err)
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// gone takes what is not there for nothing.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func TestStateThatCannotBeReadStopsTheStartAndIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"damaged": `{"version":1,"state":`, "another version": `{"version":99,"state":{}}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "state", "ssm.json")
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), fs.FileMode(0o600)); err != nil {
				t.Fatal(err)
			}
			h, err := emulatortest.New(emulatortest.WithDir(dir))
			if err == nil {
				t.Fatal(h.Close(), "it started")
			}
			if data, _ := os.ReadFile(file); !strings.Contains(err.Error(), "ssm.json") || string(data) != content {
				t.Errorf("%v; the file is now %s", err, data)
			}
		})
	}
}
