package render_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/patch"
	"ferry.dev/ferry/internal/plan"
)

// The golden cases are manifests below testdata, each named after what it shows: <case>.manifest.yml, beside it what must
// come of it, and for a service its environment, <case>.environment.yml or else default.environment.yml. What no manifest
// says stands in the tables here.

func demo() manifest.App {
	return manifest.App{Name: "demo", Tags: map[string]string{"team": "shop"}}
}

const builtImage = "123456789012.dkr.ecr.us-east-1.amazonaws.com/demo/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// needs says what services want of an environment; elsewhere they want the public load balancer.
func needs(name string) plan.Needs {
	switch name {
	case "no-load-balancer", "insights", "extra-rules":
		return plan.Needs{}
	case "file-system", "file-system-three-zones", "file-system-imported-vpc", "file-system-own-egress":
		return plan.Needs{EFS: true}
	case "private-load-balancer":
		return plan.Needs{PrivateALB: true}
	case "flow-logs":
		return plan.Needs{}
	case "cdn-certificate":
		return plan.Needs{PublicALB: true, PrivateALB: true, Aliases: "api=;web=shop.example.com www.example.com"}
	case "imported-vpc", "both-load-balancers":
		return plan.Needs{PublicALB: true, PrivateALB: true}
	}
	n := plan.Needs{PublicALB: true}
	if name == "asg" {
		n.PrivateALB, n.InstancePorts = true, "Private:8080,Public:32768-65535,Tasks:32768-65535,Tasks:8080"
	}
	return n
}

// environmentCases returns the environments' plans by the names of their cases.
func environmentCases(tb testing.TB) map[string]plan.Environment {
	tb.Helper()
	cases := map[string]plan.Environment{}
	for name, file := range manifests(tb, "environment") {
		cases[name] = plan.NewEnvironment(demo(), environment(tb, file), needs(name))
	}
	return cases
}

type serviceCase struct {
	env     manifest.Environment
	plan    plan.Service
	release plan.Release
}

// serviceCases returns the services' plans by the names of their cases.
func serviceCases(tb testing.TB) map[string]serviceCase {
	tb.Helper()
	cases := map[string]serviceCase{}
	for name, file := range manifests(tb, "service") {
		cases[name] = newServiceCase(tb, name, file)
	}
	return cases
}

func newServiceCase(tb testing.TB, name, file string) serviceCase {
	tb.Helper()
	envFile := strings.TrimSuffix(file, ".manifest.yml") + ".environment.yml"
	if _, err := os.Stat(envFile); err != nil {
		envFile = filepath.Join("testdata", "service", "default.environment.yml")
	}
	c := serviceCase{env: environment(tb, envFile)}
	app, variables := demo(), map[string]string(nil)
	w := workload(tb, read(tb, file))
	c.release.Image = builtImage
	if w.Image.Location != "" {
		c.release.Image = w.Image.Location
	}
	for name, sidecar := range w.Sidecars {
		if sidecar.Image.Location == "" {
			if c.release.Images == nil {
				c.release.Images = map[string]string{}
			}
			c.release.Images[name] = strings.Replace(builtImage, "0123", "abcd", 1)
		}
	}
	switch name {
	case "full":
		app.PermissionsBoundary = "arn:aws:iam::123456789012:policy/boundary"
		variables = map[string]string{"FROM_FILE": "file", "LOG_LEVEL": "debug"}
		c.release.Commit, c.release.Number = "0a1b2c3d", 42
	case "long-names":
		app = manifest.App{Name: "an-application-with-quite-a-long-name", PermissionsBoundary: "developers"}
	}
	c.plan = plan.NewService(app, c.env, w, variables)
	if name == "addons" {
		c.plan = c.plan.With(extras(tb, c.plan))
	}
	if name == "imported-alb-known" {
		c.plan.Adopt(plan.Import{
			Name: "shared", DNSName: "shared-1.us-east-1.elb.amazonaws.com", Zone: "Z35SXDOTRQ7X7K", SecurityGroups: []string{"sg-0123456789abcdef1", "sg-0123456789abcdef2"},
			HTTPListener:  "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shared/50dc6c495c0c9188/f2f7dc8efc522ab2",
			HTTPSListener: "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shared/50dc6c495c0c9188/0467ef3c8400ae65",
		})
	}
	c.plan.Copilot, c.plan.KeepLogs = name == "copilot", name == "keep-logs"
	return c
}

// extras are what a workspace may have beside a manifest.
func extras(tb testing.TB, s plan.Service) plan.Extras {
	tb.Helper()
	const dir = "testdata/addons/"
	var files []addons.File
	for _, name := range []string{"queue.yml", addons.ParametersFile} {
		files = append(files, addons.File{Name: name, Data: read(tb, dir+name)})
	}
	a, list := addons.Read(files, addons.Place{App: s.App, Env: s.Env, Name: s.Name, Own: s.Resources()})
	patches, more := patch.Read("overrides.yml", read(tb, dir+"overrides.yml"))
	if len(list)+len(more) > 0 {
		tb.Fatal(list, more)
	}
	return plan.Extras{Addons: a, Patches: patches}
}

// manifests lists the cases of one kind: name → file.
func manifests(tb testing.TB, kind string) map[string]string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", kind, "*.manifest.yml"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("%d manifests: %v", len(files), err)
	}
	cases := map[string]string{}
	for _, f := range files {
		cases[strings.TrimSuffix(filepath.Base(f), ".manifest.yml")] = f
	}
	return cases
}

func environment(tb testing.TB, file string) manifest.Environment {
	tb.Helper()
	e, list := manifest.ParseEnvironment(file, read(tb, file), options())
	if len(list) > 0 {
		tb.Fatal(list)
	}
	return e
}

func workload(tb testing.TB, src []byte) manifest.Workload {
	tb.Helper()
	w, list := manifest.ParseWorkload("manifest.yml", src, options())
	if list.HasErrors() {
		tb.Fatalf("%v\n%s", list, src)
	}
	return w
}

func options() manifest.Options {
	return manifest.Options{App: "demo", Env: "test", LookupEnv: func(string) (string, bool) { return "", false }}
}

func read(tb testing.TB, file string) []byte {
	tb.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return src
}

// web plans a service from the plainest manifest with more lines at its end.
func web(tb testing.TB, more string) plan.Service {
	tb.Helper()
	src := string(read(tb, "testdata/service/minimal.manifest.yml")) + more
	return plan.NewService(demo(), environment(tb, "testdata/service/default.environment.yml"), workload(tb, []byte(src)), nil)
}
