package plan

import "ferry.dev/ferry/internal/manifest"

// NewEnvironment decides what an environment should hold, given what services want of it. The manifest comes from package
// manifest, which has filled its defaults in.
func NewEnvironment(app manifest.App, env manifest.Environment, needs Needs) Environment {
	return Environment{
		App:                 app.Name,
		Name:                env.Name,
		Account:             env.Account,
		Region:              env.Region,
		Stack:               EnvironmentStack(app.Name, env.Name),
		Cluster:             ClusterName(app.Name, env),
		Namespace:           Namespace(app.Name, env.Name),
		Tags:                tags(app.Tags, app.Name, env.Name, ""),
		Manifest:            env,
		PublicALB:           needs.PublicALB,
		PrivateALB:          needs.PrivateALB,
		EFS:                 needs.EFS,
		InstancePorts:       needs.InstancePorts,
		Aliases:             needs.Aliases.union(""),
		PermissionsBoundary: app.PermissionsBoundary,
		Network:             withEndpoints(newNetwork(env.Network, needs), env),
	}
}

func withEndpoints(n Network, env manifest.Environment) Network {
	if n.Own() {
		n.EndpointServices = endpointServices(env)
	}
	return n
}

// LiveNeeds reads from the outputs of an environment's stack what stands there already, because some service asked for
// it. A deploy of another service must not take it away.
func LiveNeeds(outputs map[string]string) Needs {
	_, public := outputs[OutputPublicALB]
	_, private := outputs[OutputPrivateALB]
	nat := outputs[OutputNAT]
	_, efs := outputs[OutputFileSystem]
	return Needs{PublicALB: public, PrivateALB: private, NAT: nat != "" && nat != NATNone, EFS: efs, InstancePorts: outputs[OutputInstancePorts],
		Aliases: Aliases(outputs[OutputAliases])}
}

// Names of the outputs of an environment's stack. Each is exported as <stack>-<name>.
// Those of a load balancer begin with "Public" or "Private".
const (
	OutputVPC            = "VpcId"
	OutputPublicSubnets  = "PublicSubnets"
	OutputPrivateSubnets = "PrivateSubnets"
	OutputSecurityGroup  = "EnvironmentSecurityGroup"
	OutputCluster        = "Cluster"
	OutputNamespace      = "Namespace"
	OutputNamespaceID    = "NamespaceId"
	OutputNamespaceARN   = "NamespaceArn"
	OutputNAT            = "NAT"
	OutputInstancePorts  = "InstancePorts"
	OutputPublicALB      = "PublicLoadBalancerArn"
	OutputPrivateALB     = "PrivateLoadBalancerArn"
	OutputPublicURL      = "PublicURL"
	OutputPrivateURL     = "PrivateURL"
)

// A load balancer's full name is what CloudWatch calls it by, and the end of its ARN: app/<name>/<id>. With a target group's
// it is the resource label of the metric ALBRequestCountPerTarget.
const (
	OutputPublicALBFullName  = "PublicLoadBalancerFullName"
	OutputPrivateALBFullName = "PrivateLoadBalancerFullName"
	OutputTargetGroupName    = "TargetGroupFullName" // of a service's stack: targetgroup/<name>/<id>
)

// OutputTopics is the output of a service's stack that names the topics in it, separated by commas.
const OutputTopics = "Topics"

// OutputTemplateDigest is the output of every stack that tells one template from another: a digest of all the rest of
// the template and of the stack's tags. Where it is the same, there is nothing to change.
const OutputTemplateDigest = "TemplateDigest"
