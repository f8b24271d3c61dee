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

func (v validator) variables(w Workload) {
	for _, name := range sortedKeys(w.Variables) {
		p := at("variables", name)
		v.variableName(p, name)
		if reason := looksSecret(name, w.Variables[name]); reason != "" && v.sure(p) {
			v.warn(p, "keep it in SSM or Secrets Manager and name it under secrets", "%s: everybody who may see the task definition sees it", reason)
			v.diags[len(v.diags)-1].Secret = true
		}
	}
	if p := at("env_file"); v.has(p) && !strings.HasSuffix(w.EnvFile, ".env") {
		v.bad(p, "rename the file", "%q must end in .env", w.EnvFile)
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

func (v validator) secrets(w Workload) {
	for _, name := range sortedKeys(w.Secrets) {
		p := at("secrets", name)
		v.variableName(p, name)
		if _, twice := w.Variables[name]; twice {
			v.badKey(p, "remove one of the two", "%s is written under variables too", name)
		}
		v.secret(p, w.Secrets[name])
	}
	n := v.root.get("secrets")
	if n.empty() || n.kind != mapping {
		return
	}
	for _, e := range n.entries {
		if e.value.kind == mapping && !e.value.bad && blank(e.value.get("secretsmanager")) && e.value.get("from_cfn") == nil {
			v.bad(at("secrets", e.key), "write secretsmanager: <name>", "names no secret")
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
	case s.Kind == "ssm" && strings.ContainsFunc(s.From, func(r rune) bool { return !isSecretRune(r, "_.-/") }):
		v.bad(p, "for Secrets Manager write {secretsmanager: <name>}", "%q is no name of an SSM parameter", s.From)
	case s.Kind == "secretsmanager" && strings.ContainsFunc(s.From, func(r rune) bool { return !isSecretRune(r, "/_+=.@!-:") }):
		v.bad(p, "", "%q is no name of a Secrets Manager secret", s.From)
	}
}

func isSecretRune(r rune, more string) bool {
	return r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r)) || strings.ContainsRune(more, r))
}
