package render_test

import (
	"fmt"
	"testing"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// all plans and renders an environment and n services: what `ferry package` does after reading.
func all(tb testing.TB, n int) {
	e := testEnv(https)
	if _, err := render.EnvironmentStack(plan.NewEnvironment(demo(), e, plan.Needs{PublicALB: true})); err != nil {
		tb.Fatal(err)
	}
	c := fullCase()
	for i := range n {
		w := c.service
		w.Name = fmt.Sprintf("web-%d", i)
		s := plan.NewService(demo(), e, w, c.envFile)
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
	for _, n := range []int{1, 200} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			for b.Loop() {
				all(b, n)
			}
		})
	}
}

// FuzzRender: whatever a manifest says, what is rendered is a template and two JSON documents.
func FuzzRender(f *testing.F) {
	f.Add("web", "/api", "shop.example.com", "${HOME}", "/secret")
	f.Add("a\"b", "{{.}}", "\\", "\u2028\x00{x.y}", "arn:aws:ssm:::")
	f.Fuzz(func(t *testing.T, name, path, host, value, from string) {
		w := web(func(w *manifest.Workload) {
			w.Name, w.HTTP.Path, w.HTTP.Aliases = name, path, []string{host}
			w.Variables = map[string]string{"A": value}
			w.Secrets = map[string]manifest.Secret{"S": {From: from, Kind: "secretsmanager"}}
		})
		wellFormed(t, plan.NewService(demo(), testEnv(), w, nil))
	})
}
