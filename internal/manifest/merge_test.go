package manifest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// TestMergingAnOverrideEqualsReadingTheMergedManifest makes manifests and overrides at random. The merge that it holds
// ferry's against works on plain values and knows nothing of the table: its rivals are written out.
func TestMergingAnOverrideEqualsReadingTheMergedManifest(t *testing.T) {
	t.Parallel()
	valid := 0
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 1))
		base := randomManifest(r, 0.35, false)
		base["name"], base["type"] = "web", BackendService
		over := randomManifest(r, 0.25, true)
		flat := mergeValues(base, over, "")
		flat["name"], flat["type"] = "web", BackendService
		base["environments"] = map[string]any{"test": over}

		a, b := dump(t, base), dump(t, flat)
		got, gotList := ParseWorkload("web.yml", a, goldenOptions())
		want, wantList := ParseWorkload("web.yml", b, goldenOptions())
		_, wrongBase := ParseWorkload("web.yml", dump(t, without(base, "environments")), Options{})
		switch {
		case gotList.HasErrors() && !wantList.HasErrors() && !wrongBase.HasErrors():
			t.Fatalf("seed %d: merged it is valid, laid over it is not: %v\n%s", seed, gotList, a)
		case wantList.HasErrors() && !gotList.HasErrors():
			t.Fatalf("seed %d: laid over it is valid, merged it is not: %v\n%s\n%s", seed, wantList, a, b)
		case !gotList.HasErrors():
			valid++
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d: (-merged +laid over)\n%s\n%s\n---\n%s", seed, diff, a, b)
			}
		}
	}
	if valid < 80 {
		t.Errorf("only %d of the manifests were valid: the test proves little", valid)
	}
}

// randomManifest draws fields from a pool. Values within a map exclude each other where Copilot's do.
func randomManifest(r *rand.Rand, chance float64, nulls bool) map[string]any {
	out := map[string]any{}
	for _, field := range pool() {
		if r.Float64() > chance {
			continue
		}
		value := field.values[r.IntN(len(field.values))]
		if nulls && r.IntN(12) == 0 {
			value = nil
		}
		setValue(out, strings.Split(field.path, "."), value)
	}
	return out
}

type poolField struct {
	path   string
	values []any
}

func pool() []poolField {
	return []poolField{
		{"image.build", []any{"./Dockerfile", "web/Dockerfile"}},
		{"image.build.args", []any{map[string]any{"A": "1"}, map[string]any{"B": "2"}}},
		{"image.build.target", []any{"one", "two"}},
		{"image.location", []any{"nginx", "redis"}},
		{"image.labels.a", []any{"1", "2"}},
		{"image.labels.b", []any{"1", "2"}},
		{"image.port", []any{80, 8080}},
		{"http", []any{false}},
		{"http.path", []any{"/", "/api"}},
		{"http.alias", []any{"a.example.com", []any{"b.example.com", "c.example.com"}}},
		{"http.healthcheck", []any{"/healthz"}},
		{"http.healthcheck.interval", []any{"20s", "30s"}},
		{"http.stickiness", []any{true, false}},
		{"cpu", []any{256, 512}},
		{"memory", []any{1024, 2048}},
		{"platform", []any{"linux/arm64", map[string]any{"osfamily": "linux", "architecture": "x86_64"}}},
		{"count", []any{0, 1, 2, map[string]any{"range": "1-3", "cpu_percentage": 50}, map[string]any{"spot": 2}}},
		{"variables.A", []any{"x", 1, true, ""}},
		{"variables.B", []any{"x", "y"}},
		{"secrets.S", []any{"/x", map[string]any{"secretsmanager": "y"}}},
		{"secrets.T", []any{"/x", map[string]any{"secretsmanager": "y"}}},
		{"env_file", []any{"a.env", "b.env"}},
		{"command", []any{"run it", []any{"run", "it"}}},
		{"exec", []any{true, false, map[string]any{"enable": true}}},
		{"network.vpc.placement", []any{"private", map[string]any{"subnets": []any{"subnet-1"}}}},
		{"network.vpc.security_groups", []any{[]any{"sg-1"}, map[string]any{"groups": []any{"sg-2"}, "deny_default": true}}},
		{"network.connect", []any{true, false, map[string]any{"alias": "x"}}},
		{"logging.retention", []any{7, 14}},
		{"logging.destination.Name", []any{"cloudwatch", "s3"}},
		{"sidecars.a", []any{map[string]any{"image": "x"}, map[string]any{"image": map[string]any{"location": "y"}, "port": 9000}, map[string]any{"image": "x", "essential": false, "variables": map[string]any{"C": "x"}}}},
		{"storage.ephemeral", []any{30, 40}},
		{"storage.volumes.v", []any{
			map[string]any{"path": "/v", "read_only": false}, map[string]any{"path": "/v", "efs": true},
			map[string]any{"path": "/w", "efs": map[string]any{"id": "fs-12345678"}}, map[string]any{"path": "/w", "efs": map[string]any{"uid": 1000, "gid": 1000}},
		}},
		{"container.stop_timeout", []any{"10s", "20s"}},
		{"container.ulimits.nofile", []any{map[string]any{"soft": 1024, "hard": 2048}}},
		{"deployment.rolling", []any{"recreate", "default"}},
		{"deployment.rollback_alarms", []any{[]any{"a"}, map[string]any{"cpu_utilization": 70}}},
		{"capacity_providers", []any{[]any{"FARGATE_SPOT"}, []any{map[string]any{"name": "FARGATE", "weight": 1}}}},
		{"launch_type", []any{"fargate"}},
		{"publish.topics", []any{[]any{map[string]any{"name": "orders"}}, []any{map[string]any{"name": "done", "fifo": true}}}},
		{"task_role.managed_policies", []any{[]any{"AmazonS3ReadOnlyAccess"}}},
		{"taskdef_overrides", []any{[]any{map[string]any{"path": "PidMode", "value": "task"}}}},
	}
}

func setValue(m map[string]any, keys []string, value any) {
	for _, k := range keys[:len(keys)-1] {
		next, ok := m[k].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[k] = next
		}
		m = next
	}
	m[keys[len(keys)-1]] = value
}

// mergeValues is the rule in plain values.
func mergeValues(base, over map[string]any, at string) map[string]any {
	out := map[string]any{}
	for k, v := range base {
		out[k] = v
	}
	for k, v := range over {
		path := strings.TrimPrefix(at+"."+k, ".")
		if v == nil {
			delete(out, k)
			continue
		}
		switch path {
		case "image.build":
			if over["location"] == nil {
				delete(out, "location")
			}
		case "launch_type":
			if over["capacity_providers"] == nil {
				delete(out, "capacity_providers")
			}
		case "capacity_providers":
			if over["launch_type"] == nil {
				delete(out, "launch_type")
			}
		case "count.spot":
			for _, key := range []string{"range", "cpu_percentage"} {
				if over[key] == nil {
					delete(out, key)
				}
			}
		case "count.range", "count.cpu_percentage":
			if over["spot"] == nil {
				delete(out, "spot")
			}
		case "storage.volumes.v.efs.uid":
			delete(out, "id")
		case "storage.volumes.v.efs.id":
			delete(out, "uid")
			delete(out, "gid")
		case "image.location":
			if over["build"] == nil {
				delete(out, "build")
			}
		}
		overMap, isMap := v.(map[string]any)
		if !isMap {
			out[k] = v
			continue
		}
		baseMap, _ := out[k].(map[string]any)
		out[k] = mergeValues(baseMap, overMap, path)
	}
	return out
}

func without(m map[string]any, key string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}

func dump(t *testing.T, v any) []byte {
	t.Helper()
	data, err := yaml.Dump(v)
	if err != nil {
		t.Fatal(fmt.Errorf("%v: %w", v, err))
	}
	return data
}
