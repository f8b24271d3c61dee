package plan

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// The endpoints that tasks need without another way out of their subnets.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
const (
	endpointECR     = "ecr.api"
	endpointDocker  = "ecr.dkr"
	endpointLogs    = "logs"
	endpointSecrets = "secretsmanager"
	endpointSSM     = "ssm"
	endpointExec    = "ssmmessages"
)

// Endpoint is an interface endpoint of an AWS service in the environment's VPC.
type Endpoint struct{ Key, Service string }

// Endpoints returns the interface endpoints that the environment makes.
func (n Network) Endpoints() []Endpoint {
	var all []Endpoint
	for _, name := range n.EndpointServices {
		all = append(all, Endpoint{Key: logical(name) + "Endpoint", Service: name})
	}
	return all
}

// EndpointSubnets returns one subnet for each zone that endpoints stand in: the private ones, where there are any.
func (n Network) EndpointSubnets() []Subnet { return onePerZone(either(n.Private, n.Public)) }

func onePerZone(subnets []Subnet) []Subnet {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(subnets), func(s Subnet) bool {
		zone := s.AZ
		if zone == "" {
			return false // the region's n-th zone, each another
		}
		twice := seen[zone]
		seen[zone] = true
		return twice
	})
}

// endpointServices writes out what the manifest means by true: what tasks need, and instances where the environment makes
// any.
func endpointServices(env manifest.Environment) []string {
	m := env.Network.Endpoints
	if !slices.Contains(m, manifest.EndpointsForECS) {
		return m
	}
	all := []string{endpointECR, endpointDocker, endpointLogs, endpointSecrets, endpointSSM, endpointExec}
	if slices.ContainsFunc(env.Cluster.CapacityProviders, manifest.CapacityProvider.Made) {
		all = append(all, instanceEndpoints()...)
	}
	return all
}

// endpointsOf returns the endpoints that a service's tasks need where nothing else leads out of their subnets, and an image
// that none of them leads to.
func endpointsOf(s Service) (endpoints []string, outside string) {
	a := s.Access()
	endpoints = []string{endpointLogs}
	if len(a.Repositories) > 0 {
		endpoints = append(endpoints, endpointECR, endpointDocker)
	}
	if len(a.Secrets) > 0 {
		endpoints = append(endpoints, endpointSecrets)
	}
	if len(a.Parameters) > 0 {
		endpoints = append(endpoints, endpointSSM)
	}
	if s.Manifest.Exec {
		endpoints = append(endpoints, endpointExec)
	}
	for _, c := range s.Containers() {
		if c.Image != "" && ecrRepository(c.Image) == "" && !strings.HasPrefix(c.Image, AccountRef) {
			outside = c.Image
		}
	}
	return endpoints, outside
}
