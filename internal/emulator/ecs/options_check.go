package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// checkOptions refuses settings of a container that are out of bounds, or that Fargate has not.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-services-parameters
func checkOptions(c types.ContainerDefinition, onFargate bool) error {
	for _, u := range c.Ulimits {
		if u.HardLimit != -1 && (u.SoftLimit == -1 || u.SoftLimit > u.HardLimit) {
			return client("Invalid setting for container '%s'. The soft limit of ulimit '%s' must not exceed its hard limit.", *c.Name, u.Name)
		}
	}
	if p := c.RestartPolicy; p != nil {
		period := aws.ToInt32(orInt(p.RestartAttemptPeriod, 300))
		if period < 60 || period > 1800 || len(p.IgnoredExitCodes) > 50 {
			return client("Invalid setting for container '%s'. Restart policy: restartAttemptPeriod 60-1800, at most 50 ignoredExitCodes.", *c.Name)
		}
	}
	if !onFargate {
		return nil
	}
	for _, timeout := range []*int32{c.StartTimeout, c.StopTimeout} {
		if aws.ToInt32(timeout) > 120 {
			return client("Invalid setting for container '%s'. The maximum of startTimeout and stopTimeout on FARGATE is 120 seconds.", *c.Name)
		}
	}
	if setting := notOnFargate(c); setting != "" {
		return client("Invalid setting for container '%s'. %s is not supported on FARGATE.", *c.Name, setting)
	}
	return nil
}

// notOnFargate names a setting that Fargate has not, or "".
func notOnFargate(c types.ContainerDefinition) string {
	l := c.LinuxParameters
	if l == nil {
		l = &types.LinuxParameters{}
	}
	for _, s := range []struct {
		name string
		set  bool
	}{
		{"privileged", aws.ToBool(c.Privileged)},
		{"disableNetworking", aws.ToBool(c.DisableNetworking)},
		{"dnsServers", len(c.DnsServers) > 0},
		{"dnsSearchDomains", len(c.DnsSearchDomains) > 0},
		{"dockerSecurityOptions", len(c.DockerSecurityOptions) > 0},
		{"extraHosts", len(c.ExtraHosts) > 0},
		{"hostname", aws.ToString(c.Hostname) != ""},
		{"links", len(c.Links) > 0},
		{"resourceRequirements of type GPU", slices.ContainsFunc(c.ResourceRequirements, func(r types.ResourceRequirement) bool { return r.Type == types.ResourceTypeGpu })},
		{"devices", len(l.Devices) > 0},
		{"tmpfs", len(l.Tmpfs) > 0},
		{"sharedMemorySize", aws.ToInt32(l.SharedMemorySize) > 0},
		{"maxSwap", l.MaxSwap != nil},
		{"swappiness", l.Swappiness != nil},
		{"adding a capability other than SYS_PTRACE", l.Capabilities != nil && slices.ContainsFunc(l.Capabilities.Add, func(c string) bool { return c != "SYS_PTRACE" })},
	} {
		if s.set {
			return s.name
		}
	}
	return ""
}
