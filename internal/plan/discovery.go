package plan

import "ferry.dev/ferry/internal/manifest"

// OutputDiscovery is the output of a service's stack that names its entry in Cloud Map.
const OutputDiscovery = "DiscoveryServiceArn"

// Discoverable tells whether the private DNS of the environment has the service's tasks under its name:
// <service>.<env>.<app>.local. As in Copilot it has those of every service with a port. A task needs an address of its own
// for it, and Express Mode has no place to say it.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
func (s Service) Discoverable() bool {
	return s.Job == nil && s.Express == nil && s.Manifest.Image.Port != 0 && s.Capacity.Mode == manifest.ModeAwsvpc
}

// Registries are the ARNs of the entries in Cloud Map that ECS keeps the service's tasks in.
func (s Service) Registries() []string {
	if !s.Discoverable() {
		return nil
	}
	return []string{Ref(s.Stack, OutputDiscovery)}
}
