package release

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// taskChanges says, in the manifest's words, how a registered task definition differs from a wanted one.
func taskChanges(live types.TaskDefinition, want ecs.RegisterTaskDefinitionInput) []string {
	old, new := withTaskDefaults(registered(live)), withTaskDefaults(want)
	diffs := differences(nil, reflect.ValueOf(old), reflect.ValueOf(new))
	main := mainContainer(want)
	var reasons []string
	for _, d := range diffs {
		reasons = append(reasons, taskReason(d, main))
	}
	return reasons
}

// mainContainer is the one that the manifest speaks of without a name: the first essential one.
func mainContainer(t ecs.RegisterTaskDefinitionInput) string {
	for _, c := range t.ContainerDefinitions {
		if c.Essential == nil || *c.Essential {
			return aws.ToString(c.Name)
		}
	}
	return ""
}

// taskReason renders one difference. Values of variables are never shown: people put secrets into them.
func taskReason(d difference, main string) string {
	if len(d.path) == 0 || d.path[0] != "ContainerDefinitions" {
		return scalar(words(d.path), d)
	}
	if len(d.path) == 2 {
		return presence("container "+d.path[1], d)
	}
	prefix, rest := "", d.path[2:]
	if d.path[1] != main {
		prefix = "sidecars." + d.path[1] + "."
	}
	switch {
	case len(rest) == 1 && rest[0] == "Image":
		return prefix + "image"
	case len(rest) >= 2 && rest[0] == "Environment":
		return presence(prefix+"variables."+rest[1], d)
	case len(rest) >= 2 && rest[0] == "Secrets":
		return presence(prefix+"secrets."+rest[1], d)
	}
	if prefix == "" && rest[0] != "LogConfiguration" {
		prefix = "container "
	}
	return scalar(prefix+words(rest), d)
}

// presence says whether something came or went; that it changed needs no word.
func presence(what string, d difference) string {
	switch {
	case !d.old.IsValid():
		return what + " added"
	case !d.new.IsValid():
		return what + " removed"
	}
	return what
}

// scalar adds the two values where they are short.
func scalar(what string, d difference) string {
	o, okOld := plain(d.old)
	n, okNew := plain(d.new)
	if !okOld || !okNew {
		return what
	}
	return fmt.Sprintf("%s %s → %s", what, o, n)
}

func plain(v reflect.Value) (string, bool) {
	for v.IsValid() && v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return "none", true
	}
	switch v.Kind() {
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int, reflect.Float64:
		s := cmp.Or(fmt.Sprint(v.Interface()), "none")
		return s, len(s) <= 40
	}
	return "", false
}

// words turns a path of field names into ECS's own spelling: LogConfiguration.Options → logConfiguration.options.
func words(path []string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = strings.ToLower(p[:min(1, len(p))]) + p[min(1, len(p)):]
	}
	return strings.Join(parts, ".")
}
