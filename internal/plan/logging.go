package plan

import (
	"cmp"
	"maps"
	"strconv"

	"ferry.dev/ferry/internal/manifest"
)

// Log says where a container's output goes.
type Log struct {
	Driver  string // awslogs, awsfirelens, splunk, …
	Options map[string]string
	Secrets map[string]string // option → ARN that ECS takes its value from
}

// Firelens makes a container the task's log router.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FirelensConfiguration.html
type Firelens struct {
	Type    string // fluentbit
	Options map[string]string
}

// logBuffer is what a container keeps of its log in memory while CloudWatch does not take it. ECS's own default is 10m;
// beyond it lines are lost.
const logBuffer = "25m"

// CloudWatchLog says everything: AWS changed the default of mode once, and an account may have another.
func (s Service) CloudWatchLog() Log {
	return Log{Driver: "awslogs", Options: map[string]string{
		"awslogs-group":         s.LogGroup,
		"awslogs-region":        cmp.Or(s.Region, RegionRef),
		"awslogs-stream-prefix": LogStreamPrefix,
		"mode":                  "non-blocking",
		"max-buffer-size":       logBuffer,
	}}
}

// ownLog is where a container's output goes without a log router.
func (s Service) ownLog() Log {
	m := s.Manifest.Logging
	if m.Driver != "" {
		return Log{Driver: m.Driver, Options: m.Options}
	}
	l := s.CloudWatchLog()
	maps.Copy(l.Options, m.Options)
	return l
}

// mainLog is where the output of the service's own container goes: through the log router, where there is one. As in Copilot
// sidecars write to CloudWatch all the same.
func (s Service) mainLog() Log {
	r := s.Manifest.Logging.Router
	if r == nil {
		return s.ownLog()
	}
	return Log{Driver: "awsfirelens", Options: r.Destination, Secrets: s.secretARNs(r.SecretOptions)}
}

// logRouter is the container that the service's output goes through. Its own goes to CloudWatch: a router that fails says why.
func (s Service) logRouter(m manifest.LogRouter) Container {
	options := map[string]string{"enable-ecs-log-metadata": strconv.FormatBool(m.EnableMetadata)}
	if m.ConfigFile != "" {
		options["config-file-type"], options["config-file-value"] = "file", m.ConfigFile
	}
	return Container{
		Name:      manifest.LogRouterName,
		Image:     m.Image,
		Essential: true,
		Variables: s.environment(nil, s.EnvFiles[manifest.LogRouterName], m.Variables, m.ImportedVariables, s.secretARNs(m.Secrets)),
		EnvFiles:  remote(m.EnvFile),
		Secrets:   s.secretARNs(m.Secrets),
		Log:       s.CloudWatchLog(),
		Router:    &Firelens{Type: "fluentbit", Options: options},
	}
}
