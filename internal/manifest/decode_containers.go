package manifest

import (
	"cmp"
	"strings"
)

func decodeSidecars(n *node) map[string]Sidecar {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	out := make(map[string]Sidecar, len(n.entries))
	for _, e := range n.entries {
		if e.value.usable() && e.value.kind == mapping {
			out[e.key] = decodeSidecar(e.value)
		}
	}
	return out
}

func decodeSidecar(n *node) Sidecar {
	s := Sidecar{
		Image: Image{
			Build:       decodeBuild(n.get("image").get("build")),
			Location:    n.get("image").get("location").str(),
			Credentials: n.get("credentialsParameter").str(),
			Labels:      n.get("labels").strMap(),
			HealthCheck: decodeContainerHealthCheck(n.get("healthcheck")),
			DependsOn:   lowerValues(n.get("depends_on").strMap()),
		},
		Essential:         n.get("essential").yes(),
		Entrypoint:        n.get("entrypoint").words(),
		Command:           n.get("command").words(),
		Variables:         n.get("variables").strMap(),
		ImportedVariables: decodeImports(n.get("variables")),
		Secrets:           decodeSecrets(n.get("secrets")),
		EnvFile:           n.get("env_file").str(),
		Options:           decodeOptions(n),
	}
	if port, ok := parsePortRange(n.get("port").str()); ok && port.From == port.To {
		s.Image.Port, s.Image.Protocol = port.From, port.Protocol
	}
	for _, item := range n.get("mount_points").elements() {
		s.MountPoints = append(s.MountPoints, MountPoint{
			SourceVolume: item.get("source_volume").str(), Path: item.get("path").str(), ReadOnly: item.get("read_only").yes(),
		})
	}
	return s
}

// decodeImports reads the variables that are exports of other stacks.
func decodeImports(n *node) map[string]string {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	var out map[string]string
	for _, e := range n.entries {
		if from := e.value.get("from_cfn").str(); from != "" && e.value.kind == mapping {
			if out == nil {
				out = map[string]string{}
			}
			out[e.key] = from
		}
	}
	return out
}

func decodeOptions(n *node) ContainerOptions {
	if !n.usable() || n.kind != mapping {
		return ContainerOptions{}
	}
	o := ContainerOptions{
		CPU: n.get("cpu").num(), Memory: n.get("memory").num(), MemoryReservation: n.get("memory_reservation").num(), GPU: n.get("gpu").num(),
		User: n.get("user").str(), WorkingDirectory: n.get("working_directory").str(), Hostname: n.get("hostname").str(),
		Init:               n.get("init").yesOrNil(),
		Restart:            decodeRestart(n.get("restart")),
		StartTimeout:       n.get("start_timeout").duration(),
		StopTimeout:        n.get("stop_timeout").duration(),
		Interactive:        n.get("interactive").yes(),
		TTY:                n.get("tty").yes(),
		Privileged:         n.get("privileged").yes(),
		VersionConsistency: n.get("version_consistency").yesOrNil(),
		Ulimits:            decodeUlimits(n.get("ulimits")),
		AddCapabilities:    capabilities(n.get("capabilities").get("add")),
		DropCapabilities:   capabilities(n.get("capabilities").get("drop")),
		SystemControls:     n.get("system_controls").strMap(),
		SharedMemory:       n.get("shm_size").num(),
		MaxSwap:            n.get("max_swap").numOrNil(),
		Swappiness:         n.get("swappiness").numOrNil(),
		ExtraHosts:         n.get("extra_hosts").strMap(),
		DNSServers:         n.get("dns_servers").strs(),
		DNSSearch:          n.get("dns_search").strs(),
		SecurityOptions:    n.get("security_options").strs(),
		Links:              n.get("links").strs(),
		DisableNetworking:  n.get("disable_networking").yes(),
	}
	for _, text := range n.get("ports").strs() {
		if port, ok := parsePortRange(text); ok {
			o.Ports = append(o.Ports, port)
		}
	}
	for _, item := range n.get("tmpfs").elements() {
		o.Tmpfs = append(o.Tmpfs, Tmpfs{Path: item.get("path").str(), Size: item.get("size").num(), Options: item.get("options").strs()})
	}
	for _, item := range n.get("devices").elements() {
		d := Device{HostPath: item.get("host_path").str(), Path: item.get("path").str(), Permissions: lower(item.get("permissions").strs())}
		d.Path = cmp.Or(d.Path, d.HostPath)
		o.Devices = append(o.Devices, d)
	}
	return o
}

func decodeRestart(n *node) *Restart {
	if n.empty() || !n.usable() || n.kind != mapping {
		return nil
	}
	r := &Restart{Enable: n.get("enable").yes(), AttemptPeriod: n.get("attempt_period").duration()}
	for _, item := range n.get("ignored_exit_codes").elements() {
		r.IgnoredExitCodes = append(r.IgnoredExitCodes, item.num())
	}
	return r
}

func decodeUlimits(n *node) map[string]Ulimit {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	out := make(map[string]Ulimit, len(n.entries))
	for _, e := range n.entries {
		switch {
		case !e.value.usable():
		case e.value.kind == scalar:
			out[e.key] = Ulimit{e.value.num(), e.value.num()}
		default:
			out[e.key] = Ulimit{e.value.get("soft").num(), e.value.get("hard").num()}
		}
	}
	return out
}

// capabilities are written in capitals, and without CAP_, as Docker and ECS do.
func capabilities(n *node) []string {
	names := n.strs()
	for i := range names {
		names[i] = strings.TrimPrefix(strings.ToUpper(names[i]), "CAP_")
	}
	return names
}

func lower(texts []string) []string {
	for i := range texts {
		texts[i] = strings.ToLower(texts[i])
	}
	return texts
}

func decodeLogging(n *node) Logging {
	l := Logging{Retention: n.get("retention").num(), Driver: strings.ToLower(n.get("driver").str()), Options: n.get("options").strMap()}
	if l.Driver == "awslogs" {
		l.Driver = ""
	}
	if !routes(n) {
		return l
	}
	l.Router = &LogRouter{
		Image:             cmp.Or(n.get("image").str(), LogRouterImage),
		Destination:       n.get("destination").strMap(),
		EnableMetadata:    n.get("enableMetadata").empty() || n.get("enableMetadata").yes(),
		SecretOptions:     decodeSecrets(n.get("secretOptions")),
		ConfigFile:        n.get("configFilePath").str(),
		Variables:         n.get("variables").strMap(),
		ImportedVariables: decodeImports(n.get("variables")),
		Secrets:           decodeSecrets(n.get("secrets")),
		EnvFile:           n.get("env_file").str(),
	}
	return l
}

// routes tells whether the manifest asks for a log router: by any field that only a router has.
func routes(n *node) bool {
	if !n.usable() || n.kind != mapping {
		return false
	}
	for _, key := range []string{"image", "destination", "enableMetadata", "configFilePath", "variables", "secrets", "env_file"} {
		if !n.get(key).empty() {
			return true
		}
	}
	// Every driver has options that are secrets; with one named they are its own.
	return !n.get("secretOptions").empty() && n.get("driver").empty()
}

func decodeBuildSecrets(n *node) map[string]BuildSecret {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	out := make(map[string]BuildSecret, len(n.entries))
	for _, e := range n.entries {
		out[e.key] = BuildSecret{File: e.value.get("file").str(), Env: e.value.get("env").str()}
	}
	return out
}
