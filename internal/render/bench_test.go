package render_test

import (
	"fmt"
	"testing"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// all plans and renders an environment and n services: what `ferry package` does after reading.
func all(tb testing.TB, c serviceCase, n int) {
	if _, err := render.EnvironmentStack(plan.NewEnvironment(demo(), c.env, plan.Needs{PublicALB: true})); err != nil {
		tb.Fatal(err)
	}
	for i := range n {
		w := c.plan.Manifest
		w.Name = fmt.Sprintf("web-%d", i)
		s := plan.NewService(demo(), c.env, w, nil)
		for _, f := range []func() ([]byte, error){
			func() ([]byte, error) { return render.ServiceStack(s) },
			func() ([]byte, error) { return render.TaskDefinition(s, c.release) },
			func() ([]byte, error) { return render.ServiceDefinition(s) },
		} {
			if _, err := f(); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// Targets on two cores: one service well below 5 ms, 200 services below 300 ms.
func BenchmarkPackage(b *testing.B) {
	c := serviceCases(b)["full"]
	for _, n := range []int{1, 200} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			for b.Loop() {
				all(b, c, n)
			}
		})
	}
}

// FuzzRender: whatever a manifest says, what is rendered is a template and two JSON documents.
func FuzzRender(f *testing.F) {
	f.Add("web", "/api", "shop.example.com", "${HOME}", "/secret")
	f.Add("a\"b", "{{.}}", "\\", "\u2028\x00{x.y}", "arn:aws:ssm:::")
	f.Fuzz(func(t *testing.T, name, path, host, value, from string) {
		w := web(t, "").Manifest
		w.Name, w.HTTP.Path, w.HTTP.Aliases = name, path, []string{host}
		w.Variables = map[string]string{"A": value}
		w.Secrets = map[string]manifest.Secret{"S": {From: from, Kind: "secretsmanager"}}
		wellFormed(t, plan.NewService(demo(), manifest.Environment{Name: "test"}, w, nil))
	})
}
