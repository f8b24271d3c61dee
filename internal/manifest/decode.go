package manifest

import "strings"

// decodeWorkload reads a resolved tree into the struct that the later stages work with.
func decodeWorkload(root *node) Workload {
	w := Workload{
		Name:              root.get("name").str(),
		Type:              root.get("type").str(),
		Image:             decodeImage(root.get("image")),
		Entrypoint:        root.get("entrypoint").words(),
		Command:           root.get("command").words(),
		HTTP:              decodeHTTP(root.get("http")),
		Job:               decodeJob(root),
		CPU:               root.get("cpu").num(),
		Memory:            root.get("memory").num(),
		Platform:          decodePlatform(root.get("platform")),
		Count:             decodeCount(root.get("count")),
		Capacity:          decodeCapacity(root),
		Scaling:           decodeScaling(root.get("count")),
		Variables:         root.get("variables").strMap(),
		ImportedVariables: decodeImports(root.get("variables")),
		Container:         decodeOptions(root.get("container")),
		Sidecars:          decodeSidecars(root.get("sidecars")),
		TaskRole:          decodeRole(root.get("task_role")),
		ExecutionRole:     decodeRole(root.get("execution_role")),
		TaskdefOverrides:  decodeOverrides(root.get("taskdef_overrides")),
		Secrets:           decodeSecrets(root.get("secrets")),
		EnvFile:           root.get("env_file").str(),
		Exec:              root.get("exec").get("enable").yes(),
		Network:           decodeWorkloadNetwork(root.get("network"), root.get("name").str()),
		Logging:           decodeLogging(root.get("logging")),
		Publish:           decodeTopics(root.get("publish")),
		Subscribe:         decodeSubscribe(root.get("subscribe")),
		Storage:           decodeStorage(root.get("storage")),
	}
	w.Deployment = decodeDeployment(root.get("deployment"))
	w.Observability = decodeWorkloadObservability(root.get("observability"), w.Scaling)
	w.NLB = decodeNLB(root.get("nlb"))
	w.InternalHTTP = decodeHTTP(root.get("internal_http"))
	if w.Scaling != nil {
		w.Count = w.Scaling.Min
	}
	switch w.Type {
	case RequestDrivenService:
		decodeRequestDriven(&w, root)
	case StaticSite:
		w.HTTP, w.Site = nil, decodeSite(root)
	}
	return w
}

func decodeImage(n *node) Image {
	return Image{
		Build:       decodeBuild(n.get("build")),
		Location:    n.get("location").str(),
		Credentials: n.get("credentials").str(),
		Labels:      n.get("labels").strMap(),
		Port:        n.get("port").num(),
		HealthCheck: decodeContainerHealthCheck(n.get("healthcheck")),
		DependsOn:   lowerValues(n.get("depends_on").strMap()),
	}
}

func lowerValues(m map[string]string) map[string]string {
	for k, v := range m {
		m[k] = strings.ToLower(v)
	}
	return m
}

func decodeBuild(n *node) *Build {
	if n.empty() || !n.usable() {
		return nil
	}
	return &Build{
		Builder:    strings.ToLower(n.get("builder").str()),
		Dockerfile: n.get("dockerfile").str(),
		Context:    n.get("context").str(),
		Args:       n.get("args").strMap(),
		Target:     n.get("target").str(),
		CacheFrom:  n.get("cache_from").strs(),
		GoPackage:  n.get("package").str(),
		BaseImage:  n.get("base").str(),
		Secrets:    decodeBuildSecrets(n.get("secrets")),
		SSH:        n.get("ssh").strs(),
	}
}

func decodeContainerHealthCheck(n *node) *ContainerHealthCheck {
	if n.empty() || !n.usable() {
		return nil
	}
	return &ContainerHealthCheck{
		Command:     n.get("command").strs(),
		Interval:    n.get("interval").duration(),
		Timeout:     n.get("timeout").duration(),
		StartPeriod: n.get("start_period").duration(),
		Retries:     n.get("retries").num(),
	}
}

// decodePlatform translates into ECS's words. An unknown platform reads as the zero value.
func decodePlatform(n *node) Platform {
	system, arch := n.get("osfamily").str(), n.get("architecture").str()
	if n != nil && n.kind == scalar {
		system, arch, _ = strings.Cut(n.str(), "/")
	}
	system = strings.ToUpper(system)
	if system == "WINDOWS" {
		system = "WINDOWS_SERVER_2019_CORE"
	}
	switch strings.ToLower(arch) {
	case "x86_64", "amd64":
		return Platform{OS: system, Arch: "X86_64"}
	case "arm64", "arm":
		return Platform{OS: system, Arch: "ARM64"}
	}
	return Platform{OS: system}
}

func decodeSecrets(n *node) map[string]Secret {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	out := make(map[string]Secret, len(n.entries))
	for _, e := range n.entries {
		switch {
		case !e.value.usable():
		case e.value.kind == mapping:
			if secret := decodeReference(e.value); secret.From != "" {
				out[e.key] = secret
			}
		case isARN(e.value.text, "secretsmanager"):
			out[e.key] = Secret{From: e.value.text, Kind: SecretManager}
		default:
			out[e.key] = Secret{From: e.value.str(), Kind: SecretSSM}
		}
	}
	return out
}

// decodeReference reads the long form of a secret.
func decodeReference(n *node) Secret {
	for _, kind := range []string{SecretManager, SecretSSM} {
		if from := n.get(kind).str(); from != "" {
			return Secret{From: from, Kind: kind}
		}
	}
	return Secret{From: n.get("from_cfn").str(), Kind: SecretExport}
}

func decodeWorkloadNetwork(n *node, service string) WorkloadNetwork {
	vpc := n.get("vpc")
	groups := vpc.get("security_groups")
	w := WorkloadNetwork{
		Mode:        strings.ToLower(n.get("mode").str()),
		Placement:   strings.ToLower(vpc.get("placement").str()),
		Subnets:     vpc.get("placement").get("subnets").strs(),
		SubnetTags:  decodeTags(vpc.get("placement").get("subnets").get("from_tags")),
		DenyDefault: groups.get("deny_default").yes(),
		Connect:     decodeConnect(n.get("connect"), service),
	}
	w.SecurityGroups, w.ImportedGroups = decodeGroups(groups.get("groups"))
	return w
}

// decodeGroups tells groups by their id from those that other stacks export.
func decodeGroups(n *node) (ids, exports []string) {
	if n == nil || n.kind != sequence {
		return n.strs(), nil
	}
	for _, item := range n.elements() {
		if item.kind == mapping {
			exports = append(exports, item.get("from_cfn").str())
		} else {
			ids = append(ids, item.str())
		}
	}
	return ids, exports
}

func decodeTags(n *node) map[string][]string {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	out := make(map[string][]string, len(n.entries))
	for _, e := range n.entries {
		out[e.key] = e.value.strs()
	}
	return out
}
