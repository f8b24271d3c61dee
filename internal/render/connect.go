package render

import (
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// newServiceConnect lets the service call others by their short names, and, where it has a port, be called.
func newServiceConnect(s plan.Service) serviceConnect {
	m := s.Manifest.Network.Connect
	if m == nil {
		return serviceConnect{}
	}
	c := serviceConnect{
		Enabled:          true,
		Namespace:        plan.Ref(s.EnvStack, plan.OutputNamespaceARN),
		LogConfiguration: newLog(s.CloudWatchLog()),
	}
	if m.AccessLog != nil {
		c.AccessLogConfiguration = &accessLog{Format: m.AccessLog.Format, IncludeQueryParameters: enabled(m.AccessLog.Query)}
	}
	if m.LogLevel != "" { // without it ECS goes back to its own level by itself
		c.ContainerConfigurations = []proxySetting{{LogLevel: m.LogLevel}}
	}
	for _, one := range s.ConnectServices() {
		c.Services = append(c.Services, newConnectService(one))
	}
	return c
}

func newConnectService(c plan.ConnectService) connectService {
	out := connectService{
		PortName:            c.Port.Name,
		DiscoveryName:       c.Discovery,
		ClientAliases:       []connectAlias{{Port: c.Called, DNSName: c.Alias, TestTrafficRules: newTestRules(c.Test)}},
		IngressPortOverride: c.Ingress,
	}
	if c.Idle != nil || c.PerRequest != nil {
		out.Timeout = &connectTimeout{IdleTimeoutSeconds: c.Idle, PerRequestTimeoutSeconds: c.PerRequest}
	}
	if t := c.TLS; t != nil {
		out.TLS = &connectTLS{IssuerCertificateAuthority: issuer{t.Authority}, KmsKey: t.KMSKey, RoleArn: t.Role}
	}
	return out
}

// newTestRules says which calls reach a new revision before all others do.
func newTestRules(t *manifest.TestTraffic) *testRules {
	if t == nil {
		return nil
	}
	return &testRules{testHeader{Name: t.Header, Value: testValue{t.Value}}}
}
