package plan

import (
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Aliases are the host names of an environment's services, which CloudFront must know: <service>=<name> <name>;<service>=…
// The environment's stack puts them out, so that the deploy of one service keeps those of the others.
type Aliases string

// OutputAliases is the output of an environment's stack that holds them.
const OutputAliases = "CloudFrontAliases"

// aliasesOf returns those of one service behind the public load balancer. One without names says so, too.
func aliasesOf(w manifest.Workload) Aliases {
	if w.HTTP == nil || w.HTTP.ALB != "" || !facesInternet(w) {
		return ""
	}
	var names []string
	for _, rule := range rulesOf(*w.HTTP) {
		names = append(names, rule.Aliases...)
	}
	slices.Sort(names)
	return Aliases(w.Name + "=" + strings.ToLower(strings.Join(slices.Compact(names), " ")))
}

func (a Aliases) read() map[string][]string {
	all := map[string][]string{}
	for entry := range strings.SplitSeq(string(a), ";") {
		if service, names, ok := strings.Cut(entry, "="); ok {
			all[service] = strings.Fields(names)
		}
	}
	return all
}

// union joins two; where both know a service the second counts.
func (a Aliases) union(b Aliases) Aliases {
	all := a.read()
	maps.Copy(all, b.read())
	var entries []string
	for _, service := range slices.Sorted(maps.Keys(all)) {
		if len(all[service]) == 0 {
			continue
		}
		entries = append(entries, service+"="+strings.Join(all[service], " "))
	}
	return Aliases(strings.Join(entries, ";"))
}
