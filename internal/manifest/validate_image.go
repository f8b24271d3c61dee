package manifest

import (
	"slices"
	"strings"
	"time"
)

func (v validator) image(kind rune, w Workload) {
	image, build, location := at("image"), at("image.build"), at("image.location")
	if !v.has(image) {
		return // reported as missing
	}
	if !v.has(build) && !v.has(location) && v.sure(build, location) {
		v.bad(image, "write build: ./Dockerfile or location: <image>", "must have one of build and location")
	}
	if w.Image.Location != "" {
		v.location(location, w.Image.Location)
	} else if v.has(location) {
		v.bad(location, "", "must not be empty")
	}
	if v.fromUser(at("image.credentials")) {
		v.arn(at("image.credentials"), w.Image.Credentials, "secretsmanager", "secret:")
		if v.has(build) {
			v.bad(at("image.credentials"), "remove them: ferry signs in to ECR by itself", "only an image from elsewhere (location) needs credentials")
		}
	}
	if (kind == kindLoadBalanced || kind == kindRequestDriven) && !v.has(at("image.port")) {
		v.bad(at("image", "port"), "write the port that the application listens on", "is missing: a %s needs one", typeName(kind))
	}
}

// location catches what is no image reference at all; whether the image exists, only its registry knows.
func (v validator) location(p path, ref string) {
	switch {
	case strings.Contains(ref, "://"):
		_, bare, _ := strings.Cut(ref, "://")
		v.bad(p, "write "+bare, "an image reference has no scheme")
	case strings.ContainsAny(ref, " \t\n"):
		v.bad(p, "", "%q is no image reference: it holds white space", ref)
	case strings.HasSuffix(ref, ":") || strings.HasPrefix(ref, ":"):
		v.bad(p, "write name:tag", "%q is no image reference", ref)
	}
}

func (v validator) build(base path, b *Build) {
	if b == nil {
		return
	}
	onlyDocker, onlyGo := []string{"dockerfile", "args", "target", "cache_from", "secrets", "ssh"}, []string{"package", "base"}
	wrong, builder := onlyGo, "docker"
	if b.Builder == "go" {
		wrong, builder = onlyDocker, "go"
	}
	for _, key := range wrong {
		if v.fromUser(base.with(key)) && v.sure(base.with("builder")) {
			hint := "remove it"
			if builder == "docker" {
				hint = "write builder: go beside it, or remove it"
			}
			v.bad(base.with(key), hint, "has no meaning with builder %s", builder)
		}
	}
	for _, key := range []string{"dockerfile", "context", "package"} {
		if n := v.root.find(base.with(key)); n != nil && n.kind == scalar && n.text == "" {
			v.bad(base.with(key), "", "must not be empty")
		}
	}
	for _, id := range sortedKeys(b.Secrets) {
		p := base.with("secrets").with(id)
		switch {
		case b.Secrets[id] == BuildSecret{}:
			v.bad(p, "write "+id+": <file> or "+id+": {env: <variable>}", "names neither a file nor a variable")
		case strings.ContainsAny(id, ",= \t"):
			v.badKey(p, "write letters, digits, dots and hyphens", "%q is no id of a secret", id)
		case strings.ContainsAny(b.Secrets[id].File, ","):
			v.bad(p, "rename the file", "a path with a comma cannot be handed to the build")
		}
	}
}

// containerHealthCheck holds the bounds of the ECS API's HealthCheck type.
func (v validator) containerHealthCheck(p path, h *ContainerHealthCheck) {
	if h == nil {
		return
	}
	v.within(p.with("interval"), h.Interval, 5*time.Second, 300*time.Second)
	v.within(p.with("timeout"), h.Timeout, 2*time.Second, 60*time.Second)
	v.within(p.with("start_period"), h.StartPeriod, 0, 300*time.Second)
	if retries := p.with("retries"); h.Retries == 0 && v.fromUser(retries) {
		v.warn(retries, "write retries: 1 to stop a task at its first failure", "must be from 1 to 10, not 0: ECS takes 3")
	}
	command := p.with("command")
	switch {
	case len(h.Command) == 0:
		v.bad(command, "write [CMD-SHELL, \"…\"]", "must not be empty")
	case h.Command[0] != "CMD" && h.Command[0] != "CMD-SHELL":
		v.bad(command.with(index(0)), "write [CMD-SHELL, \""+strings.Join(h.Command, " ")+"\"]", "must begin with CMD or CMD-SHELL")
	case len(h.Command) == 1:
		v.bad(command, "", "has nothing to run behind %s", h.Command[0])
	case h.Command[0] == "CMD-SHELL" && len(h.Command) > 2:
		v.bad(command, "write the command as one text", "CMD-SHELL takes one text, not %d", len(h.Command)-1)
	}
}

// within checks a duration's bounds and that it is one of whole seconds.
func (v validator) within(p path, d, low, high time.Duration) {
	switch {
	case !v.has(p) || !v.sure(p):
	case d < low || d > high:
		v.bad(p, "", "must be from %s to %s, not %s", short(low), short(high), short(d))
	case d%time.Second != 0:
		v.bad(p, "write "+short(d.Round(time.Second)), "must be whole seconds, not %s", d)
	}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
