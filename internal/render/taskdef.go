package render

import (
	"maps"
	"slices"
	"strconv"

	"ferry.dev/ferry/internal/plan"
)

// TaskDefinition renders what `aws ecs register-task-definition --cli-input-json` takes. An account or a region that the
// plan does not know, and the load balancer's name, are placeholders for Resolve.
func TaskDefinition(s plan.Service, r plan.Release) ([]byte, error) {
	return overridden(newTaskDefinition(s, r), s.Manifest.TaskdefOverrides, s.Extras.Patches.Task)
}

func newTaskDefinition(s plan.Service, r plan.Release) taskDefinition {
	m := s.Manifest
	return taskDefinition{
		Family:                  s.Family,
		TaskRoleArn:             s.TaskRoleARN(),
		ExecutionRoleArn:        s.ExecutionRoleARN(),
		NetworkMode:             s.Capacity.Mode,
		PIDMode:                 m.Capacity.PIDMode,
		IPCMode:                 m.Capacity.IPCMode,
		RequiresCompatibilities: []string{s.Capacity.Compatibility},
		CPU:                     size(m.CPU),
		Memory:                  size(m.Memory),
		EnableFaultInjection:    m.Capacity.FaultInjection,
		RuntimePlatform: runtimePlatform{
			CPUArchitecture:       m.Platform.Arch,
			OperatingSystemFamily: m.Platform.OS,
		},
		ContainerDefinitions: containers(s, r),
		Volumes:              volumes(s),
		EphemeralStorage:     ephemeralStorage(s),
		Tags:                 tags(releaseTags(s, r)),
	}
}

func releaseTags(s plan.Service, r plan.Release) map[string]string {
	t := maps.Clone(s.Tags)
	if r.Number > 0 {
		t[plan.TagRelease] = "v" + strconv.Itoa(r.Number)
	}
	if r.Commit != "" {
		t[plan.TagCommit] = r.Commit
	}
	return t
}

func tags(m map[string]string) []tag {
	var out []tag
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, tag{Key: key, Value: m[key]})
	}
	return out
}
