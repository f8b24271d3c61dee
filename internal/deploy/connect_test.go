package deploy_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
)

const connected = `container:
  ports: [9113]
network:
  connect:
    port: 80
    protocol: http
    timeouts: {idle: 0s, per_request: 30s}
    log_level: debug
    access_log: json
    additional_ports:
      - {target_port: 9113, alias: metrics}
`

func TestServiceConnectIsReleasedOnceAndTakenBackWhole(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.write("ferry/api/manifest.yml", apiManifest+connected)
	mustRun(t, r.target(w.Config), only("api"))
	c := w.service(t, "api").Deployments[0].ServiceConnectConfiguration
	var called []string
	for _, s := range c.Services {
		called = append(called, aws.ToString(s.PortName)+" "+aws.ToString(s.ClientAliases[0].DnsName))
	}
	compare(t, []string{"port-9090 api", "port-9113 metrics"}, called)
	if level, ok := c.ContainerConfigurations[0].(*ecstypes.ServiceConnectContainerConfigurationMemberLogLevel); !ok || level.Value != "debug" {
		t.Errorf("the proxy is told %#v", c.ContainerConfigurations)
	}
	result := mustRun(t, r.target(w.Config), only("api"))
	compare(t, []summary{{"api", deploy.OutcomeUnchanged, "v1", fault.OK, nil, false}}, summaries(result))
	r.write("ferry/api/manifest.yml", apiManifest+"container:\n  ports: [9113]\nnetwork: {connect: {port: 80, protocol: http}}\n")
	result = mustRun(t, r.target(w.Config), only("api"))
	compare(t, []summary{{"api", deploy.OutcomeLive, "v1", fault.OK, []string{"service connect"}, false}}, summaries(result))
	c = w.service(t, "api").Deployments[0].ServiceConnectConfiguration
	if len(c.Services) != 1 || c.Services[0].Timeout != nil || c.AccessLogConfiguration != nil || c.ContainerConfigurations != nil {
		t.Errorf("something is left: %+v", c)
	}
}
