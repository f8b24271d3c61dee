package plan

import (
	"maps"
	"strings"

	"ferry.dev/ferry/internal/addons"
)

// Variables returns what the container finds in its environment: the manifest's variables before those of env_file, and
// above both what ferry tells every container about where it is.
func (s Service) Variables() map[string]string {
	all := s.addonValues(addons.Variable)
	maps.Copy(all, s.EnvFileVars)
	maps.Copy(all, s.Manifest.Variables)
	for name, value := range s.place() {
		all["FERRY_"+name] = value
		if s.Copilot {
			all["COPILOT_"+name] = value
		}
	}
	// ECS refuses a name that is a secret's too, and a file is the weaker statement.
	for name := range s.SecretARNs() {
		if _, written := s.Manifest.Variables[name]; !written {
			delete(all, name)
		}
	}
	return all
}

// place is where the container is, by Copilot's names without their prefix.
func (s Service) place() map[string]string {
	p := map[string]string{
		"APPLICATION_NAME":           s.App,
		"ENVIRONMENT_NAME":           s.Env,
		"SERVICE_NAME":               s.Name,
		"SERVICE_DISCOVERY_ENDPOINT": s.Namespace,
	}
	if s.Routing != nil {
		p["LB_DNS"] = s.loadBalancerDNS()
	}
	maps.Copy(p, s.messages())
	if paths := s.mountPaths(); paths != "" {
		p["MOUNT_POINTS"] = paths
	}
	return p
}

// loadBalancerDNS is the name of the load balancer that the service is called through.
func (s Service) loadBalancerDNS() string {
	stack := s.EnvStack
	if kind := s.Routing.LoadBalancer; kind == Imported || kind == NetworkLB {
		stack = s.Stack
	}
	return Ref(stack, s.Routing.LoadBalancer+"LoadBalancerDNS")
}

// SecretARNs returns, for each secret variable, the ARN that the task definition takes it from.
func (s Service) SecretARNs() map[string]string {
	arns := s.addonValues(addons.Secret)
	for name := range s.Manifest.Variables { // the manifest's own word counts
		delete(arns, name)
	}
	for name, secret := range s.Manifest.Secrets {
		switch {
		case strings.HasPrefix(secret.From, "arn:"):
			arns[name] = secret.From
		case secret.Kind == "secretsmanager":
			arns[name] = s.arn("secretsmanager", "secret:"+secret.From)
		default:
			arns[name] = s.arn("ssm", parameter(secret.From))
		}
	}
	return arns
}

// parameter writes the resource of a parameter's ARN: the slash that a hierarchical name begins with is not doubled.
func parameter(name string) string { return "parameter/" + strings.TrimPrefix(name, "/") }
