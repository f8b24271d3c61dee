package plan

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// Limits of names, in characters.
//
// Sources: IAM CreateRole (RoleName), ELBv2 CreateTargetGroup and CreateLoadBalancer (Name), CloudFormation
// CreateStack (StackName), ECS RegisterTaskDefinition (family) and CreateService (serviceName).
const (
	maxRoleName         = 64
	maxTargetGroupName  = 32
	maxLoadBalancerName = 32
	maxStackName        = 128
)

// digestLength is how many base32 characters tell two shortened names apart: 30 bits.
const digestLength = 6

// EnvironmentStack names the CloudFormation stack of an environment, which is also the cluster's name.
func EnvironmentStack(app, env string) string { return app + "-" + env }

// ServiceStack names the CloudFormation stack of a service, which is also the task definition's family.
func ServiceStack(app, env, service string) string { return app + "-" + env + "-" + service }

// LogGroup names the log group of a service.
func LogGroup(app, env, service string) string { return "/ferry/" + app + "/" + env + "/" + service }

// Repository names the ECR repository of a service: one for all environments of an account and region.
func Repository(app, service string) string { return strings.ToLower(app + "/" + service) }

// Namespace names the private DNS namespace of an environment. It is Copilot's, so that addresses in code still hold.
func Namespace(app, env string) string { return env + "." + app + ".local" }

// LogStreamPrefix begins the name of every log stream: <prefix>/<container>/<task id>.
const LogStreamPrefix = "ferry"

// shorten returns name if it fits into limit, else its beginning and a digest of the whole. The result is the same on
// every machine for ever: it is the only way in which a later run finds what an earlier one made.
func shorten(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	return cut(name, limit-digestLength-1) + "-" + digest(name)
}

// digested returns name, cut so that it fits, always followed by a digest of name and of what else makes it another.
func digested(name string, limit int, more ...string) string {
	return cut(name, limit-digestLength-1) + "-" + digest(append([]string{name}, more...)...)
}

func cut(name string, n int) string {
	return strings.TrimRight(name[:min(n, len(name))], "-")
}

// digest is short, lower case and safe in every AWS name. The parts are separated, so that ("a", "bc") ≠ ("ab", "c").
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:digestLength]
}
