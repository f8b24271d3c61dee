package plan

import (
	"slices"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/patch"
)

// Extras is what a workspace adds to a template beside what its manifest says.
type Extras struct {
	Addons  *addons.Addons // nil: none
	Patches patch.Set
}

// With adds the user's own CloudFormation and patches to a service: their outputs reach the tasks.
func (s Service) With(e Extras) Service {
	s.Extras = e
	for _, o := range s.addonOutputs(addons.SecurityGroup) {
		s.Network.SecurityGroups = append(slices.Clone(s.Network.SecurityGroups), Ref(s.Stack, o.Key))
	}
	return s
}

// With adds the user's own CloudFormation and patches to an environment.
func (e Environment) With(x Extras) Environment {
	e.Extras = x
	return e
}

// Resources are the logical IDs of a service's stack that values in addons.parameters.yml may refer to.
func (s Service) Resources() []string {
	ids := []string{"ExecutionRole", "LogGroup", "TaskRole"}
	if s.Routing != nil {
		ids = append(ids, "TargetGroup")
	}
	slices.Sort(ids)
	return ids
}

// Resources are the logical IDs of an environment's stack that values in addons.parameters.yml may refer to: those that are
// there whatever services need.
func (e Environment) Resources() []string {
	ids := []string{"Cluster", "EnvironmentSecurityGroup", "Namespace"}
	if e.Network.Own() {
		ids = append(ids, "InternetGateway", "PublicRouteTable", "VPC")
		for _, s := range e.Network.Subnets() {
			ids = append(ids, s.Key)
		}
	}
	slices.Sort(ids)
	return ids
}

// addonOutputs are the outputs of the service's addons that are of one kind.
func (s Service) addonOutputs(kind addons.Kind) []addons.Output {
	var all []addons.Output
	if s.Extras.Addons == nil {
		return nil
	}
	for _, o := range s.Extras.Addons.Outputs {
		if o.Kind == kind {
			all = append(all, o)
		}
	}
	return all
}

// addonValues are the variables, or the secret variables, that a container gets from addons: name → output.
func (s Service) addonValues(kind addons.Kind) map[string]string {
	values := map[string]string{}
	for _, o := range s.addonOutputs(kind) {
		values[o.EnvName()] = Ref(s.Stack, o.Key)
	}
	return values
}

// TaskManagedPolicies are the managed policies of the task role, the manifest's and those of addons: texts for Fn::Sub.
func (s Service) TaskManagedPolicies() []string {
	all := managedPolicies(s.Manifest.TaskRole.ManagedPolicies)
	for _, o := range s.addonOutputs(addons.ManagedPolicy) {
		all = append(all, "${"+o.Resource+"}")
	}
	return all
}
