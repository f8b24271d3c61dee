package manifest

import (
	"strings"
	"unicode"
)

// property is a property of a task definition in CloudFormation's words, with the name that ECS's own API has for it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html
type property struct {
	name, api string
	leaf      string     // typeString, typeInt or typeBool; "" where below or free says more
	list      bool       // a list of what the rest says
	free      bool       // a map of texts whose keys are the user's
	below     []property // the properties of an object
}

// texts, numbers and switches make leaves of names that the API has with a small first letter.
func texts(names ...string) []property    { return leaves(typeString, names) }
func numbers(names ...string) []property  { return leaves(typeInt, names) }
func switches(names ...string) []property { return leaves(typeBool, names) }

func leaves(kind string, names []string) []property {
	var out []property
	for _, name := range names {
		out = append(out, property{name: name, api: small(name), leaf: kind})
	}
	return out
}

// small writes a name as the API does. An abbreviation that begins it is small as a whole: EFSVolume, efsVolume.
func small(name string) string {
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsUpper(r) || i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	return string(runes)
}

func object(name string, below ...[]property) property {
	p := property{name: name, api: small(name)}
	for _, b := range below {
		p.below = append(p.below, b...)
	}
	return p
}

func listOf(p property) property { p.list = true; return p }

func textLists(names ...string) []property {
	out := texts(names...)
	for i := range out {
		out[i].list = true
	}
	return out
}

func freeMap(name string) property { return property{name: name, api: small(name), free: true} }

func one(p ...property) []property { return p }

// called gives a property the name that the API has for it.
func called(api string, p property) property { p.api = api; return p }

func pairOf(name, first, second string) property { return listOf(object(name, texts(first, second))) }

func taskdefProperties() property {
	return object("", texts("Cpu", "ExecutionRoleArn", "Family", "IpcMode", "Memory", "NetworkMode", "PidMode", "TaskRoleArn"),
		switches("EnableFaultInjection"), textLists("RequiresCompatibilities"),
		one(
			listOf(containerProperties()),
			object("EphemeralStorage", numbers("SizeInGiB")),
			pairOf("PlacementConstraints", "Expression", "Type"),
			object("ProxyConfiguration", texts("ContainerName", "Type"),
				one(called("properties", pairOf("ProxyConfigurationProperties", "Name", "Value")))),
			object("RuntimePlatform", texts("CpuArchitecture", "OperatingSystemFamily")),
			pairOf("Tags", "Key", "Value"),
			listOf(volumeProperties()),
		))
}

func containerProperties() property {
	return object("ContainerDefinitions",
		texts("Hostname", "Image", "Name", "User", "VersionConsistency", "WorkingDirectory"),
		numbers("Cpu", "Memory", "MemoryReservation", "StartTimeout", "StopTimeout"),
		switches("DisableNetworking", "Essential", "Interactive", "Privileged", "PseudoTerminal", "ReadonlyRootFilesystem"),
		textLists("Command", "CredentialSpecs", "DnsSearchDomains", "DnsServers", "DockerSecurityOptions", "EntryPoint", "Links"),
		one(
			pairOf("DependsOn", "Condition", "ContainerName"),
			freeMap("DockerLabels"),
			pairOf("Environment", "Name", "Value"),
			pairOf("EnvironmentFiles", "Type", "Value"),
			pairOf("ExtraHosts", "Hostname", "IpAddress"),
			object("FirelensConfiguration", texts("Type"), one(freeMap("Options"))),
			object("HealthCheck", textLists("Command"), numbers("Interval", "Retries", "StartPeriod", "Timeout")),
			linuxProperties(),
			object("LogConfiguration", texts("LogDriver"), one(freeMap("Options"), pairOf("SecretOptions", "Name", "ValueFrom"))),
			listOf(object("MountPoints", texts("ContainerPath", "SourceVolume"), switches("ReadOnly"))),
			listOf(object("PortMappings", texts("AppProtocol", "ContainerPortRange", "Name", "Protocol"), numbers("ContainerPort", "HostPort"))),
			object("RepositoryCredentials", texts("CredentialsParameter")),
			pairOf("ResourceRequirements", "Type", "Value"),
			object("RestartPolicy", switches("Enabled"), numbers("RestartAttemptPeriod"), one(property{name: "IgnoredExitCodes", api: "ignoredExitCodes", leaf: typeInt, list: true})),
			pairOf("Secrets", "Name", "ValueFrom"),
			pairOf("SystemControls", "Namespace", "Value"),
			listOf(object("Ulimits", texts("Name"), numbers("HardLimit", "SoftLimit"))),
			listOf(object("VolumesFrom", texts("SourceContainer"), switches("ReadOnly"))),
		))
}

func linuxProperties() property {
	return object("LinuxParameters", switches("InitProcessEnabled"), numbers("MaxSwap", "SharedMemorySize", "Swappiness"), one(
		object("Capabilities", textLists("Add", "Drop")),
		listOf(object("Devices", texts("ContainerPath", "HostPath"), textLists("Permissions"))),
		listOf(object("Tmpfs", texts("ContainerPath"), textLists("MountOptions"), numbers("Size"))),
	))
}

func volumeProperties() property {
	return object("Volumes", texts("Name"), switches("ConfiguredAtLaunch"), one(
		object("DockerVolumeConfiguration", texts("Driver", "Scope"), switches("Autoprovision"), one(freeMap("DriverOpts"), freeMap("Labels"))),
		object("EFSVolumeConfiguration", texts("RootDirectory", "TransitEncryption"), numbers("TransitEncryptionPort"), one(
			called("fileSystemId", texts("FilesystemId")[0]),
			object("AuthorizationConfig", texts("AccessPointId", "IAM")))),
		called("fsxWindowsFileServerVolumeConfiguration", object("FSxWindowsFileServerVolumeConfiguration", texts("FileSystemId", "RootDirectory"),
			one(object("AuthorizationConfig", texts("CredentialsParameter", "Domain"))))),
		object("Host", texts("SourcePath")),
		called("s3filesVolumeConfiguration", object("S3FilesVolumeConfiguration", texts("FileSystemArn", "AccessPointArn", "RootDirectory"), numbers("TransitEncryptionPort"))),
	))
}

// child finds a property of an object.
func (p property) child(name string) (property, bool) {
	for _, c := range p.below {
		if c.name == name {
			return c, true
		}
	}
	return property{}, false
}

// names lists the properties of an object.
func (p property) names() []string {
	var out []string
	for _, c := range p.below {
		out = append(out, c.name)
	}
	return out
}

// hint says what was probably meant by a name that an object does not have.
func (p property) hint(name string) string {
	for _, c := range p.below {
		if strings.EqualFold(c.name, name) {
			return "write " + c.name
		}
	}
	return near(name, p.names())
}
