package render

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// newLinuxParameters returns nil where nothing is asked of the kernel.
func newLinuxParameters(c plan.Container) *linuxParameters {
	o := c.Options
	p := linuxParameters{
		InitProcessEnabled: c.Init, SharedMemorySize: o.SharedMemory, MaxSwap: o.MaxSwap, Swappiness: o.Swappiness,
	}
	if len(o.AddCapabilities)+len(o.DropCapabilities) > 0 {
		p.Capabilities = &capabilities{Add: o.AddCapabilities, Drop: o.DropCapabilities}
	}
	for _, d := range o.Devices {
		p.Devices = append(p.Devices, device{HostPath: d.HostPath, ContainerPath: d.Path, Permissions: d.Permissions})
	}
	for _, t := range o.Tmpfs {
		p.Tmpfs = append(p.Tmpfs, tmpfs{ContainerPath: t.Path, Size: t.Size, MountOptions: t.Options})
	}
	nothing := !p.InitProcessEnabled && p.Capabilities == nil && p.Devices == nil && p.Tmpfs == nil && p.SharedMemorySize == 0 &&
		p.MaxSwap == nil && p.Swappiness == nil
	if nothing {
		return nil
	}
	return &p
}

func newRestartPolicy(r *manifest.Restart) *restartPolicy {
	if r == nil || !r.Enable {
		return nil
	}
	return &restartPolicy{Enabled: true, IgnoredExitCodes: r.IgnoredExitCodes, RestartAttemptPeriod: seconds(r.AttemptPeriod)}
}

// seconds rounds nothing: a manifest's timeouts are whole seconds.
func seconds(d time.Duration) int { return int(d / time.Second) }

// versionConsistency is written where it is off: that it is on is ECS's default.
func versionConsistency(on *bool) string {
	if on == nil || *on {
		return ""
	}
	return "disabled"
}

func environmentFiles(arns []string) []environmentFile {
	var out []environmentFile
	for _, arn := range arns {
		out = append(out, environmentFile{Value: arn, Type: "s3"})
	}
	return out
}

func ulimits(m map[string]manifest.Ulimit) []ulimit {
	var out []ulimit
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, ulimit{Name: name, SoftLimit: m[name].Soft, HardLimit: m[name].Hard})
	}
	return out
}

func extraHosts(m map[string]string) []extraHost {
	var out []extraHost
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, extraHost{Hostname: name, IPAddress: m[name]})
	}
	return out
}

func systemControls(m map[string]string) []systemControl {
	var out []systemControl
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, systemControl{Namespace: name, Value: m[name]})
	}
	return out
}

func gpus(n int) []resourceRequirement {
	if n == 0 {
		return nil
	}
	return []resourceRequirement{{Type: "GPU", Value: strconv.Itoa(n)}}
}
