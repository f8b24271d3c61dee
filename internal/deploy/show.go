package deploy

import (
	"context"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
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
	if m.Site != nil {
		r := ShowResult{Service: j.name, Type: m.Type, Environment: j.plan.Env, Stack: j.plan.Stack, Containers: []MemoryRange{}}
		for _, f := range m.Site.Files {
			r.Files = append(r.Files, f.Source)
		}
		return r
	}
	r := ShowResult{
		Service: j.name, Type: m.Type, Environment: j.plan.Env, Port: m.Image.Port, CPU: m.CPU, Memory: m.Memory,
		Platform: m.Platform.OS + "/" + m.Platform.Arch, RunsOn: j.plan.Capacity.String(), Count: m.Count, Variables: m.Variables,
		Stack: j.plan.Stack, Cluster: j.plan.Cluster, LogGroup: j.plan.LogGroup,
		Image:      source(m.Image),
		Containers: ranges(j),
		Ephemeral:  j.plan.Ephemeral(),
		Volumes:    volumeUses(j),
	}
	r.Job = jobSettings(j)
	r.Topics, r.Queues = messaging(j)
	for name, secret := range m.Secrets {
		if r.Secrets == nil {
			r.Secrets = map[string]string{}
		}
		r.Secrets[name] = secret.From
	}
	return r
}

// ranges says what each container of the task gets.
func ranges(j job) []MemoryRange {
	var all []MemoryRange
	for _, c := range j.plan.Containers() {
		m := j.plan.MemoryOf(c)
		r := MemoryRange{Container: c.Name, Image: c.Image, CPU: c.Options.CPU, Reserved: m.Reserved, Limit: m.Limit}
		switch sidecar, ok := j.manifest.Sidecars[c.Name]; {
		case ok:
			r.Image = source(sidecar.Image)
		case c.Name == j.plan.MainContainer():
			r.Image = source(j.manifest.Image)
		}
		all = append(all, r)
	}
	return all
}

// source says where an image comes from, as the manifest does.
func source(m manifest.Image) string {
	switch b := m.Build; {
	case b == nil:
		return m.Location
	case b.Builder == "go":
		return "go build " + b.GoPackage
	default:
		return b.Dockerfile
	}
}

// jobSettings returns nil for a service.
func jobSettings(j job) *JobSettings {
	m := j.manifest.Job
	if m == nil {
		return nil
	}
	r := &JobSettings{TimeZone: m.TimeZone, Enabled: m.Enabled, Timeout: int(m.Timeout.Seconds()), Retries: m.Retries, Overlap: m.Overlap}
	if s := j.plan.Job.Schedule; s != nil {
		r.Schedule = s.Expression
	}
	return r
}
