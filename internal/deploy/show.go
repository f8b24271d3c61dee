package deploy

import (
	"context"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/diag"
)

// Show reads one service: as its manifest says for the target's environment, and as it stands there. With mistakes in the
// manifest it returns their diagnostics and asks AWS nothing. A target without credentials shows the manifest's part only.
func Show(ctx context.Context, t Target, service string) (ShowResult, diag.List, error) {
	j, list, err := t.loadOne(service)
	if err != nil || list.HasErrors() {
		return ShowResult{}, list, err
	}
	r := show(j)
	if r.Scaling, err = plannedScaling(j.plan); err != nil {
		return r, list, err
	}
	if t.AWS.Credentials == nil {
		return r, list, nil
	}
	s, err := Status(ctx, t, []string{service})
	if err != nil {
		return r, list, awsconf.Explain(err)
	}
	r.Live = &s.Services[0]
	return r, list, nil
}

func show(j job) ShowResult {
	m := j.manifest
	r := ShowResult{
		Service: j.name, Type: m.Type, Environment: j.plan.Env, Image: m.Image.Location, Port: m.Image.Port, CPU: m.CPU, Memory: m.Memory,
		Platform: m.Platform.OS + "/" + m.Platform.Arch, Count: m.Count, Variables: m.Variables,
		Stack: j.plan.Stack, Cluster: j.plan.Cluster, LogGroup: j.plan.LogGroup,
		// No container of these types may say less than its task: it is sure of nothing and killed at the task's memory.
		Containers: []MemoryRange{{Container: j.name, Reserved: 0, Limit: m.Memory}},
	}
	if b := m.Image.Build; b != nil {
		if r.Image = b.Dockerfile; b.Builder == "go" {
			r.Image = "go build " + b.GoPackage
		}
	}
	for name, secret := range m.Secrets {
		if r.Secrets == nil {
			r.Secrets = map[string]string{}
		}
		r.Secrets[name] = secret.From
	}
	return r
}
