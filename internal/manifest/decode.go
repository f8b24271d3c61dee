package manifest

import "strings"

// decodeWorkload reads a resolved tree into the struct that the later stages work with.
func decodeWorkload(root *node) Workload {
	w := Workload{
		Name:       root.get("name").str(),
		Type:       root.get("type").str(),
		Image:      decodeImage(root.get("image")),
		Entrypoint: root.get("entrypoint").words(),
		Command:    root.get("command").words(),
		HTTP:       decodeHTTP(root.get("http")),
		Job:        decodeJob(root),
		CPU:        root.get("cpu").num(),
		Memory:     root.get("memory").num(),
		Platform:   decodePlatform(root.get("platform")),
		Count:      decodeCount(root.get("count")),
		Capacity:   decodeCapacity(root),
		Scaling:    decodeScaling(root.get("count")),
		Variables:  root.get("variables").strMap(),
		Secrets:    decodeSecrets(root.get("secrets")),
		EnvFile:    root.get("env_file").str(),
		Exec:       root.get("exec").get("enable").yes(),
		Network:    decodeWorkloadNetwork(root.get("network")),
		Logging:    Logging{Retention: root.get("logging").get("retention").num()},
		Publish:    decodeTopics(root.get("publish")),
		Subscribe:  decodeSubscribe(root.get("subscribe")),
		Storage:    decodeStorage(root.get("storage")),
	}
	w.NLB = decodeNLB(root.get("nlb"))
	w.InternalHTTP = decodeHTTP(root.get("internal_http"))
	if w.Scaling != nil {
		w.Count = w.Scaling.Min
	}
	if w.Network.Connect && w.Network.ConnectAlias == "" {
		w.Network.ConnectAlias = w.Name
	}
	if w.Type == RequestDrivenService {
		decodeRequestDriven(&w, root)
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
			if from := e.value.get("secretsmanager").str(); from != "" {
				out[e.key] = Secret{From: from, Kind: "secretsmanager"}
			}
		case isARN(e.value.text, "secretsmanager"):
			out[e.key] = Secret{From: e.value.text, Kind: "secretsmanager"}
		default:
			out[e.key] = Secret{From: e.value.str(), Kind: "ssm"}
		}
	}
	return out
}

func decodeWorkloadNetwork(n *node) WorkloadNetwork {
	vpc, connect := n.get("vpc"), n.get("connect")
	groups := vpc.get("security_groups")
	w := WorkloadNetwork{
		Mode:           strings.ToLower(n.get("mode").str()),
		Placement:      strings.ToLower(vpc.get("placement").str()),
		Subnets:        vpc.get("placement").get("subnets").strs(),
		SecurityGroups: groups.get("groups").strs(),
		DenyDefault:    groups.get("deny_default").yes(),
		Connect:        connect.yes(),
	}
	if connect.usable() && connect.kind == mapping {
		w.Connect, w.ConnectAlias = true, connect.get("alias").str()
	}
	return w
}
