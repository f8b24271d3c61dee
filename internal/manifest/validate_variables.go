package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// agentVariables are what the ECS agent puts into every container; another value would cut the container off its
// credentials and metadata.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-metadata.html
func agentVariables() []string {
	return []string{
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_EXECUTION_ENV", "ECS_AGENT_URI", "ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4",
	}
}

// ownVariables are what ferry puts into every container, without their prefix.
func ownVariables() []string {
	return []string{
		"APPLICATION_NAME", "ENVIRONMENT_NAME", "SERVICE_NAME", "SERVICE_DISCOVERY_ENDPOINT", "LB_DNS",
		"SNS_TOPIC_ARNS", "QUEUE_URI", "TOPIC_QUEUE_URIS", "MOUNT_POINTS",
	}
}

// variableName checks the name of a variable or secret.
func (v validator) variableName(p path, name string) {
	bare, ours := strings.CutPrefix(name, "FERRY_")
	if !ours && v.copilot {
		bare, ours = strings.CutPrefix(name, "COPILOT_")
	}
	switch {
	case slices.Contains(agentVariables(), name):
		v.badKey(p, "choose another name", "ECS sets %s itself", name)
	case ours && slices.Contains(ownVariables(), bare):
		v.badKey(p, "remove it", "ferry sets %s itself", name)
	case strings.ContainsAny(name, "= \t\x00"):
		v.badKey(p, "write letters, digits and underscores", "%q is no name for a variable", name)
	case !isVariableName(name):
		v.warnKey(p, "write letters, digits and underscores", "a shell cannot read a variable of the name %q", name)
	}
}

// variables checks what a container finds in its environment. own is where variables and env_file stand.
func (v validator) variables(own path, c part) {
	for _, name := range sortedKeys(c.variables) {
		p := own.with("variables").with(name)
		v.variableName(p, name)
		if reason := looksSecret(name, c.variables[name]); reason != "" && v.sure(p) {
			v.warn(p, "keep it in SSM or Secrets Manager and name it under secrets", "%s: everybody who may see the task definition sees it", reason)
			v.diags[len(v.diags)-1].Secret = true
		}
	}
	for _, e := range v.root.find(own.with("variables")).pairs() {
		if e.value.kind == mapping {
			p := own.with("variables").with(e.key)
			v.variableName(p, e.key)
			v.export(p, e.value)
		}
	}
	if p := own.with("env_file"); v.has(p) && !strings.HasSuffix(c.envFile, ".env") {
		v.bad(p, "rename the file", "%q must end in .env", c.envFile)
	} else if strings.HasPrefix(c.envFile, "arn:") && !isARN(c.envFile, "s3") {
		v.bad(p, "it looks like arn:aws:s3:::<bucket>/<path>.env", "%q is no ARN of an object in S3", c.envFile)
	}
}

// export checks that a value taken from another stack names it.
func (v validator) export(p path, n *node) {
	from := n.get("from_cfn")
	switch {
	case slices.ContainsFunc(n.entries, func(e entry) bool { return e.value.bad }):
	case blank(from):
		v.bad(p, "write from_cfn: <export>", "names no export")
	case len(from.text) > 255 || strings.ContainsFunc(from.text, func(r rune) bool { return !isSecretRune(r, ":-") }):
		v.bad(p.with("from_cfn"), "an export's name has letters, digits, colons and hyphens", "%q is no name of an export", from.text)
	}
}

// looksSecret guesses whether a plain variable holds a secret. It never repeats the value.
func looksSecret(name, value string) string {
	for _, prefix := range []string{"AKIA", "ghp_", "github_pat_", "glpat-", "xoxb-", "sk_live_", "-----BEGIN"} {
		if strings.HasPrefix(value, prefix) {
			return fmt.Sprintf("the value begins like a secret (%s…)", prefix)
		}
	}
	if len(value) < 4 || value == "true" || value == "false" || strings.HasPrefix(value, "/") || strings.Contains(value, "://") && !strings.Contains(value, "@") {
		return "" // a switch, a path or a plain address says no secret
	}
	if _, password, ok := credentialsInURL(value); ok && password != "" {
		return "the address holds a password"
	}
	for _, word := range strings.Split(strings.ToUpper(name), "_") {
		switch word {
		case "PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "CREDENTIALS":
			return "the name says that this is a secret"
		}
	}
	upper := strings.ToUpper(name)
	if strings.HasSuffix(upper, "API_KEY") || strings.HasSuffix(upper, "PRIVATE_KEY") || strings.HasSuffix(upper, "ACCESS_KEY") {
		return "the name says that this is a secret"
	}
	return ""
}

// credentialsInURL finds user and password in scheme://user:password@host.
func credentialsInURL(s string) (user, password string, ok bool) {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return "", "", false
	}
	authority, _, _ := strings.Cut(rest, "/")
	info, _, ok := strings.Cut(authority, "@")
	if !ok {
		return "", "", false
	}
	user, password, ok = strings.Cut(info, ":")
	return user, password, ok
}

// secrets checks a map of secrets. variables are those of the same container: a name is one or the other.
func (v validator) secrets(at path, secrets map[string]Secret, variables *node) {
	n := v.root.find(at)
	for _, name := range sortedKeys(secrets) {
		p := at.with(name)
		if variables != nil {
			v.variableName(p, name)
		}
		if variables.get(name) != nil {
			v.badKey(p, "remove one of the two", "%s is written under variables too", name)
		}
		if n.get(name).kind == mapping && secrets[name].Kind == SecretExport {
			v.export(p, n.get(name))
			continue
		}
		v.secret(p, secrets[name])
	}
	for _, e := range n.pairs() {
		if e.value.kind == mapping && !e.value.bad && blank(e.value.get("secretsmanager")) && blank(e.value.get("ssm")) && e.value.get("from_cfn") == nil {
			v.bad(at.with(e.key), "write secretsmanager: <name>", "names no secret")
		}
	}
}

// blank tells whether nothing is said, be it with an empty text.
func blank(n *node) bool { return n.empty() || n.kind == scalar && n.text == "" && !n.open }

// secret checks the reference: names as SSM and Secrets Manager allow them.
func (v validator) secret(p path, s Secret) {
	switch {
	case s.From == "":
		v.bad(p, "name the SSM parameter", "must not be empty")
	case strings.HasPrefix(s.From, "arn:"):
		if !isARN(s.From, "ssm") && !isARN(s.From, "secretsmanager") {
			v.bad(p, "", "%q is no ARN of an SSM parameter or a Secrets Manager secret", s.From)
		}
	case s.Kind == SecretSSM && strings.ContainsFunc(s.From, func(r rune) bool { return !isSecretRune(r, "_.-/") }):
		v.bad(p, "for Secrets Manager write {secretsmanager: <name>}", "%q is no name of an SSM parameter", s.From)
	case s.Kind == SecretManager && strings.ContainsFunc(s.From, func(r rune) bool { return !isSecretRune(r, "/_+=.@!-:") }):
		v.bad(p, "", "%q is no name of a Secrets Manager secret", s.From)
	}
}

func isSecretRune(r rune, more string) bool {
	return r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r)) || strings.ContainsRune(more, r))
}
