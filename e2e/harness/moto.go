package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// MotoAccount is the account that moto answers for, and MotoPassword the password in its ECR tokens.
const (
	MotoAccount  = "123456789012"
	MotoPassword = MotoAccount + "-auth-token"
)

// Moto starts moto's server, with the holes patched that moto_plus.py names, and returns its URL. With a registry
// (host:port) that is what its ECR hands out. It needs moto_server; Need is called for it. more are NAME=value pairs for
// its environment: moto's own, and FERRY_WITHOUT, which names operations (ecs:CreateService,…) that it shall not have.
func Moto(t testing.TB, registry string, more ...string) string {
	t.Helper()
	Slow(t, "e2e-moto")
	Need(t, "moto_server")
	port := FreePort(t)
	env := Env(append(more, "PYTHONDONTWRITEBYTECODE=1")...)
	if registry != "" {
		env = append(env, "FERRY_REGISTRY="+registry)
	}
	out := start(t, env, motoPython(t), filepath.Join(Root(t), "e2e", "harness", "moto_plus.py"), itoa(port))
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	until(t, time.Minute, "moto", out, answers(url+"/moto-api/"))
	return url
}

// motoPython finds the interpreter that moto_server is installed for: the one its first line names, else python3.
func motoPython(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(data), "\n")
	if interp := strings.TrimPrefix(first, "#!"); strings.Contains(interp, "python") {
		return strings.Fields(interp)[0]
	}
	return "python3" // a shim, for example pyenv's
}

// AWSEnv points the aws CLI and the SDKs at an endpoint with static credentials. configDir holds no user configuration.
func AWSEnv(url, configDir string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + url, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=example-secret-for-a-test-endpoint",
		"AWS_CONFIG_FILE=" + filepath.Join(configDir, "config"), "AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(configDir, "credentials"),
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_DISABLE_HOST_PREFIX_INJECTION=true",
	}
}
