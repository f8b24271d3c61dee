package image

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// buildSecrets are the options that give a build its secrets and SSH agents, and the values, which no line of output may show.
type buildSecrets struct {
	args   []string
	values []string
}

// shortestHidden is the length below which a value is not hidden: a word of so few letters is in any output.
const shortestHidden = 4

// secretArgs names the sources of the secrets on the command line. The engine reads them: their values are in no argument.
// https://docs.docker.com/build/building/secrets/
func (e engine) secretArgs(d *dockerfileBuild) (buildSecrets, error) {
	var s buildSecrets
	if len(d.spec.Secrets)+len(d.spec.SSH) == 0 {
		return s, nil
	}
	if e.kind == "docker" && e.builder == "build" && !slices.Contains(e.env, "DOCKER_BUILDKIT=1") {
		return s, &fault.Error{
			Code: fault.Refused, What: d.service + ": secrets and ssh of a build need BuildKit, and this docker has none",
			Hint: "install Docker's buildx plug-in",
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.spec.Secrets)) {
		arg, value, err := d.secret(id, d.spec.Secrets[id])
		if err != nil {
			return s, err
		}
		s.args, s.values = append(s.args, "--secret", arg), append(s.values, value)
	}
	for _, agent := range d.spec.SSH {
		if id, path, ok := strings.Cut(agent, "="); ok {
			agent = id + "=" + below(d.root, path)
		}
		s.args = append(s.args, "--ssh", agent)
	}
	return s, nil
}

// secret returns what the engine is told about one secret, and its value.
func (d *dockerfileBuild) secret(id string, m manifest.BuildSecret) (arg, value string, err error) {
	if m.Env != "" {
		value, set := os.LookupEnv(m.Env)
		if !set {
			return "", "", &fault.Error{
				Code: fault.Refused, What: fmt.Sprintf("%s: the build's secret %s is not there: %s is not set", d.service, id, m.Env),
				Hint: "set " + m.Env + " in the environment in which ferry runs",
			}
		}
		return "id=" + id + ",env=" + m.Env, value, nil
	}
	path := below(d.root, m.File)
	text, err := os.ReadFile(path)
	if err != nil {
		var cause *os.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return "", "", &fault.Error{
			Code: fault.Refused, What: fmt.Sprintf("%s: the build's secret %s cannot be read from %s", d.service, id, filepath.ToSlash(m.File)), Err: err,
			Hint: "paths are relative to the project's directory, the parent of ferry/",
		}
	}
	return "id=" + id + ",src=" + path, string(text), nil
}

// hide returns what takes the secrets out of a line of output: where a build step prints one, stars stand. It is nil without
// any.
func (s buildSecrets) hide() func(string) string {
	var pairs []string
	for _, value := range s.values {
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); len(line) >= shortestHidden {
				pairs = append(pairs, line, "***")
			}
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return strings.NewReplacer(pairs...).Replace
}
