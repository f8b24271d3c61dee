package manifest

import "slices"

// What Fargate does not have, or has from a version of its platform on.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html

// notOnFargate reports a field that has no place on Fargate, where the tasks run there and the field is written.
func (v validator) notOnFargate(w Workload, p path, hint string) {
	if w.Capacity.Fargate() && v.fromUser(p) {
		v.badKey(p, hint, "Fargate does not have it")
	}
}

// fargateVersions are the platform versions that a task may name, per operating system, the oldest first.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
func fargateVersions(p Platform) []string {
	if p.Windows() {
		return []string{"1.0.0", "LATEST"}
	}
	return []string{"1.3.0", "1.4.0", "LATEST"}
}

// needsFargate14 reports what only version 1.4.0 of the platform and later have.
func (v validator) needsFargate14(w Workload, p path, what string) {
	if w.Capacity.Fargate() && w.Capacity.PlatformVersion == "1.3.0" {
		v.bad(p, "remove platform_version, or write 1.4.0", "%s needs platform version 1.4.0 or later, not 1.3.0", what)
	}
}

// fargate checks what stands in the way of Fargate, where the tasks run there.
func (v validator) fargate(w Workload) {
	c := w.Capacity
	if !c.Fargate() || !v.sure(at("launch_type"), at("capacity_providers")) {
		return
	}
	instances := "write launch_type: ec2, or remove it"
	v.notOnFargate(w, at("placement.constraints"), instances)
	v.notOnFargate(w, at("placement.strategies"), instances)
	v.notOnFargate(w, at("ipc_mode"), instances)
	if c.PIDMode == "host" {
		v.bad(at("pid_mode"), "write task, or "+instances, "Fargate has no pid mode host")
	}
	if c.Daemon() {
		v.bad(at("scheduling"), instances, "Fargate has no instances of which each could run a daemon")
	}
	if m := w.Mode(); m != ModeAwsvpc {
		v.bad(at("network.mode"), "write awsvpc, or launch_type: ec2", "Fargate has no network mode but awsvpc, so not %s", m)
	}
	v.platformVersion(w)
	if v.sure(at("capacity_providers")) && w.Platform.Windows() {
		for i, item := range c.Strategy {
			if item.Provider == ProviderFargateSpot {
				v.bad(v.strategyPath(i), "write FARGATE", "Fargate Spot runs no Windows tasks")
			}
		}
	}
}

func (v validator) platformVersion(w Workload) {
	p, c := at("platform_version"), w.Capacity
	if c.PlatformVersion == "" || !v.sure(p, at("platform")) {
		return
	}
	if known := fargateVersions(w.Platform); !slices.Contains(known, c.PlatformVersion) {
		v.bad(p, "write one of "+joined(known), "Fargate has no platform version %s for %s", c.PlatformVersion, map[bool]string{true: "Windows", false: "Linux"}[w.Platform.Windows()])
		return
	}
	if w.CPU >= 8192 {
		v.needsFargate14(w, p, "a task of 8 vCPU or more")
	}
	if w.Platform.Arch == "ARM64" {
		v.needsFargate14(w, p, "ARM64")
	}
	if c.PIDMode != "" {
		v.needsFargate14(w, p, "pid_mode")
	}
	if c.FaultInjection {
		v.needsFargate14(w, p, "fault injection")
	}
}
