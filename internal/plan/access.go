package plan

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/manifest"
)

// Access is what the execution role may touch: only what this task definition names. All but the imports are texts for Fn::Sub.
type Access struct {
	Repositories []string // ECR repositories to pull from
	Parameters   []string // SSM parameters
	Secrets      []string // Secrets Manager secrets
	Files        []string // objects in S3: environment files
	Buckets      []string // their buckets
	Imports      []string // exports of other stacks that hold the ARNs of parameters or secrets
}

// Access returns what starting a task needs.
func (s Service) Access() Access {
	a := Access{Imports: s.secretImports()}
	if s.Repository != "" {
		a.Repositories = append(a.Repositories, substARN("ecr", "repository/"+s.Repository))
	}
	for _, c := range s.Containers() {
		if r := ecrRepository(c.Image); r != "" && !slices.Contains(a.Repositories, r) {
			a.Repositories = append(a.Repositories, r)
		}
		if c.Credentials != "" {
			a.Secrets = append(a.Secrets, secretResources(c.Credentials)...)
		}
		for _, file := range c.EnvFiles {
			bucket, _, _ := strings.Cut(file, "/")
			a.Files, a.Buckets = append(a.Files, escapeSub(file)), append(a.Buckets, escapeSub(bucket))
		}
	}
	for _, o := range s.addonOutputs(addons.Secret) {
		a.Secrets = append(a.Secrets, "${"+o.Resource+"}")
	}
	s.shareAccess(&a)
	for _, set := range s.secretSets() {
		for _, secret := range set {
			a.add(secret)
		}
	}
	a.Parameters, a.Secrets, a.Files, a.Buckets = sorted(a.Parameters), sorted(a.Secrets), sorted(a.Files), sorted(a.Buckets)
	return a
}

// add allows one secret to be read.
func (a *Access) add(secret manifest.Secret) {
	switch isARN := strings.HasPrefix(secret.From, "arn:"); {
	case secret.Kind == manifest.SecretExport:
	case secret.Kind == manifest.SecretManager:
		a.Secrets = append(a.Secrets, secretResources(secret.From)...)
	case isARN:
		a.Parameters = append(a.Parameters, escapeSub(secret.From))
	default:
		a.Parameters = append(a.Parameters, substARN("ssm", escapeSub(parameter(secret.From))))
	}
}

// KeyServices returns the services through which the execution role may decrypt.
func (a Access) KeyServices() []string {
	var via []string
	if len(a.Secrets)+len(a.Imports) > 0 {
		via = append(via, "secretsmanager.${AWS::Region}.${AWS::URLSuffix}")
	}
	if len(a.Parameters)+len(a.Imports) > 0 {
		via = append(via, "ssm.${AWS::Region}.${AWS::URLSuffix}")
	}
	return via
}

// BoundaryARN returns the permissions boundary as text for Fn::Sub, or "".
func (s Service) BoundaryARN() string { return boundaryARN(s.PermissionsBoundary) }

func boundaryARN(b string) string {
	if b == "" || strings.HasPrefix(b, "arn:") {
		return escapeSub(b)
	}
	return joinARN("${AWS::Partition}", "iam", "", "${AWS::AccountId}", "policy/"+strings.TrimPrefix(b, "/"))
}

// ecrHost is the registry of an account: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:tag
var ecrHost = regexp.MustCompile(`^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[^/]+/([^:@]+)`)

// ecrRepository returns the ARN of the repository that an image lies in, or "" where that is not in ECR.
func ecrRepository(image string) string {
	m := ecrHost.FindStringSubmatch(image)
	if m == nil {
		return ""
	}
	return joinARN("${AWS::Partition}", "ecr", m[2], m[1], "repository/"+m[3])
}

// secretResources returns what a policy must name so that a secret can be read. Secrets Manager ends every ARN with a dash
// and six characters of its own, which a name, and an ARN made from a name, lack.
func secretResources(from string) []string {
	if !strings.HasPrefix(from, "arn:") {
		name, _, _ := strings.Cut(from, ":")
		return []string{substARN("secretsmanager", "secret:"+escapeSub(name)+"-??????")}
	}
	parts := strings.SplitN(from, ":", 8) // …:secret:<name>, and then key, stage and version of a value in it
	full := escapeSub(strings.Join(parts[:min(7, len(parts))], ":"))
	if secretSuffix.MatchString(full) {
		return []string{full, full + "-??????"} // "db-secret" ends like that, too
	}
	return []string{full + "-??????"}
}

var secretSuffix = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

// escapeSub keeps Fn::Sub from taking a user's text for a reference.
func escapeSub(s string) string { return strings.ReplaceAll(s, "${", "${!") }

func sorted(s []string) []string {
	set := map[string]bool{}
	for _, v := range s {
		set[v] = true
	}
	return slices.Sorted(maps.Keys(set))
}
