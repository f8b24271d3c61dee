package plan

import (
	"maps"
	"strings"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/manifest"
)

// Variables returns what the service's own container finds in its environment: the manifest's variables before those of
// env_file, those before what addons put out, and above all what ferry tells every container about where it is.
func (s Service) Variables() map[string]string {
	m, file := s.Manifest, s.addonValues(addons.Variable)
	maps.Copy(file, s.EnvFileVars)
	return s.environment(s.MountPoints(), file, m.Variables, m.ImportedVariables, s.SecretARNs())
}

// environment is the same for any container: its own variables before those of a file. points are its volumes.
func (s Service) environment(points []MountPoint, file, own, imported, secrets map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, file)
	maps.Copy(all, own)
	for name, export := range imported {
		all[name] = s.imported(export)
	}
	told := s.place()
	if paths := mountPaths(points); paths != "" {
		told["MOUNT_POINTS"] = paths
	}
	for name, value := range told {
		all["FERRY_"+name] = value
		if s.Copilot {
			all["COPILOT_"+name] = value
		}
	}
	// ECS refuses a name that is a secret's too, and a file is the weaker statement.
	for name := range secrets {
		if _, written := own[name]; !written {
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

// SecretARNs returns, for each secret variable of the service's own container, the ARN that the task definition takes it from.
func (s Service) SecretARNs() map[string]string {
	arns := s.addonValues(addons.Secret)
	for name := range s.Manifest.Variables { // the manifest's own word counts
		delete(arns, name)
	}
	for name := range s.Manifest.ImportedVariables {
		delete(arns, name)
	}
	maps.Copy(arns, s.secretARNs(s.Manifest.Secrets))
	return arns
}

func (s Service) secretARNs(secrets map[string]manifest.Secret) map[string]string {
	arns := map[string]string{}
	for name, secret := range secrets {
		switch {
		case secret.Kind == manifest.SecretExport:
			arns[name] = s.imported(secret.From)
		case strings.HasPrefix(secret.From, "arn:"):
			arns[name] = secret.From
		case secret.Kind == manifest.SecretManager:
			arns[name] = s.arn("secretsmanager", "secret:"+secret.From)
		default:
			arns[name] = s.arn("ssm", parameter(secret.From))
		}
	}
	return arns
}

// parameter writes the resource of a parameter's ARN: the slash that a hierarchical name begins with is not doubled.
func parameter(name string) string { return "parameter/" + strings.TrimPrefix(name, "/") }
