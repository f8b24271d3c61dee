package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// part is a container of the task, with where its fields stand.
type part struct {
	name      string
	own       path // where variables, secrets, env_file, entrypoint and command stand
	image     path // where build and location stand
	state     path // where healthcheck and depends_on stand
	options   path // where ferry's own fields stand
	port      path // where the port stands
	essential bool
	source    Image
	variables map[string]string
	secrets   map[string]Secret
	envFile   string
	set       ContainerOptions
}

// parts lists the containers that a manifest names, the service's own first.
func parts(w Workload) []part {
	all := []part{{
		name: w.Name, own: path{}, image: at("image"), state: at("image"), options: at("container"), port: at("image.port"), essential: true,
		source: w.Image, variables: w.Variables, secrets: w.Secrets, envFile: w.EnvFile, set: w.Container,
	}}
	for _, name := range sortedKeys(w.Sidecars) {
		s, own := w.Sidecars[name], at("sidecars", name)
		all = append(all, part{
			name: name, own: own, image: own.with("image"), state: own, options: own, port: own.with("port"), essential: s.Essential,
			source: s.Image, variables: s.Variables, secrets: s.Secrets, envFile: s.EnvFile, set: s.Options,
		})
	}
	return all
}

// eachHasMemory tells whether every container says what memory it gets, so that the task need not.
func eachHasMemory(w Workload) bool {
	for _, c := range parts(w) {
		if c.set.Memory == 0 && c.set.MemoryReservation == 0 {
			return false
		}
	}
	return w.Logging.Router == nil
}

// containers checks each container by itself, and then all of them together.
func (v validator) containers(w Workload) {
	all := parts(w)
	for _, c := range all {
		v.build(c.image.with("build"), c.source.Build)
		v.containerHealthCheck(c.state.with("healthcheck"), c.source.HealthCheck)
		v.variables(c.own, c)
		v.secrets(c.own.with("secrets"), c.secrets, v.variablesOf(c.own))
		v.commands(c.own)
		v.optionsOf(w, c)
	}
	for _, c := range all[1:] {
		v.sidecar(w, c)
		v.mountPoints(w, c.own.with("mount_points"), w.Sidecars[c.name].MountPoints)
	}
	v.dependencies(w, all)
	v.ports(w, all)
	v.sums(w, all)
}

// variablesOf is the map of variables, empty where none is written.
func (v validator) variablesOf(own path) *node {
	if n := v.root.find(own.with("variables")); n != nil {
		return n
	}
	return &node{kind: mapping}
}

func (v validator) sidecar(w Workload, c part) {
	switch {
	case c.name == w.Name:
		v.badKey(c.own, "choose another name", "the service's own container has this name")
	case c.name == LogRouterName && w.Logging.Router != nil:
		v.badKey(c.own, "choose another name", "the log router has this name")
	case len(c.name) > 255 || strings.ContainsFunc(c.name, func(r rune) bool { return !isSecretRune(r, "_-") }):
		v.badKey(c.own, "write letters, digits, hyphens and underscores", "%q is no name for a container", c.name)
	}
	build, location := c.image.with("build"), c.image.with("location")
	if v.has(c.image) && !v.has(build) && !v.has(location) && v.sure(build, location) {
		v.bad(c.image, "write build: ./Dockerfile or location: <image>", "must have one of build and location")
	}
	if c.source.Location != "" {
		v.location(location, c.source.Location)
	} else if v.has(location) {
		v.bad(location, "", "must not be empty")
	}
	if p := c.own.with("credentialsParameter"); v.has(p) {
		v.arn(p, c.source.Credentials, "secretsmanager", "secret:")
		if v.has(build) {
			v.bad(p, "remove it: ferry signs in to ECR by itself", "only an image from elsewhere (location) needs credentials")
		}
	}
	if port, ok := parsePortRange(v.root.find(c.port).str()); v.has(c.port) && (!ok || port.From != port.To) {
		v.bad(c.port, "write a number from 1 to 65535, or one with /udp", "%q is no port", v.root.find(c.port).str())
	}
}

// dependencies checks that what a container waits for exists and can come so far.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
func (v validator) dependencies(w Workload, all []part) {
	for _, c := range all {
		for _, name := range sortedKeys(c.source.DependsOn) {
			p, condition := c.state.with("depends_on").with(name), c.source.DependsOn[name]
			i := slices.IndexFunc(all, func(o part) bool { return o.name == name })
			switch {
			case name == c.name:
				v.bad(p, "remove it", "a container cannot wait for itself")
			case i < 0 && name == LogRouterName && w.Logging.Router != nil:
				if condition != "start" {
					v.bad(p, "write start", "the log router runs as long as the task, and has no health check")
				}
			case i < 0:
				v.bad(p, hintNear(name, all), "there is no container %q in this task", name)
			case all[i].essential && (condition == "complete" || condition == "success"):
				v.bad(p, "write start or healthy, or essential: false for "+name, "%s is essential: the task ends when it does", name)
			case condition == "healthy" && all[i].source.HealthCheck == nil && v.sure(all[i].state.with("healthcheck")):
				v.warn(p, "write a healthcheck for "+name+", or start", "%s has no health check, so it never gets healthy", name)
			}
		}
	}
	v.circles(all)
}

func hintNear(name string, all []part) string {
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	if near, ok := nearest(name, names); ok {
		return "did you mean " + near + "?"
	}
	return "remove it"
}

// circles reports containers that wait for each other, once for each circle.
func (v validator) circles(all []part) {
	waits := map[string][]string{}
	for _, c := range all {
		waits[c.name] = sortedKeys(c.source.DependsOn)
	}
	done := map[string]bool{}
	var walk func(name string, way []string)
	walk = func(name string, way []string) {
		if i := slices.Index(way, name); i >= 0 {
			v.circle(all, way[i:])
			return
		}
		if done[name] {
			return
		}
		for _, next := range waits[name] {
			if next != name {
				walk(next, append(slices.Clip(way), name))
			}
		}
		done[name] = true
	}
	for _, c := range all {
		walk(c.name, nil)
	}
}

func (v validator) circle(all []part, way []string) {
	last, first := way[len(way)-1], way[0]
	i := slices.IndexFunc(all, func(c part) bool { return c.name == last })
	if i >= 0 {
		v.bad(all[i].state.with("depends_on").with(first), "remove one of these dependencies",
			"%s wait for each other and never start", strings.Join(append(slices.Clone(way), first), " → "))
	}
}

// ports: the containers of a task share one network, so that a port is one container's. On Docker's bridge each has its own.
func (v validator) ports(w Workload, all []part) {
	owner := map[string]string{}
	take := func(c part, p path, r PortRange) {
		for n := r.From; n <= r.To; n++ {
			key := fmt.Sprintf("%d/%s", n, r.Protocol)
			if first, taken := owner[key]; taken && (first == c.name || w.Mode() != ModeBridge) {
				who := first + " listens on it too"
				if first == c.name {
					who = "it is written twice"
				}
				v.bad(p, "give each container ports of its own", "port %s: %s", strings.TrimSuffix(key, "/tcp"), who)
				return
			}
			owner[key] = c.name
		}
	}
	for _, c := range all {
		if n := c.source.Port; n != 0 {
			protocol := c.source.Protocol
			if protocol == "" {
				protocol = "tcp"
			}
			take(c, c.port, PortRange{n, n, protocol})
		}
		for i, item := range v.root.find(c.options.with("ports")).elements() {
			p := c.options.with("ports").with(index(i))
			r, ok := parsePortRange(item.str())
			if !ok {
				v.bad(p, "write a number from 1 to 65535, a range such as 7000-7010, or one of them with /udp", "%q is no port", item.str())
				continue
			}
			take(c, p, r)
		}
	}
}
