package ecs

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// saved is a revision as it is kept. encoding/json cannot read a union back: what Service Connect's proxy is told stands
// beside the rest.
type saved struct {
	ID       string
	Revision types.ServiceRevision
	Proxy    []types.ServiceConnectContainerLogLevel `json:",omitempty"`
}

// MarshalJSON writes a revision.
func (r revision) MarshalJSON() ([]byte, error) {
	out := saved{ID: r.ID, Revision: r.Revision}
	if c := r.Revision.ServiceConnectConfiguration; c != nil && len(c.ContainerConfigurations) > 0 {
		for _, setting := range c.ContainerConfigurations {
			if level, ok := setting.(*types.ServiceConnectContainerConfigurationMemberLogLevel); ok {
				out.Proxy = append(out.Proxy, level.Value)
			}
		}
		plain := *c
		plain.ContainerConfigurations = nil
		out.Revision.ServiceConnectConfiguration = &plain
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *revision) UnmarshalJSON(data []byte) error {
	var in saved
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = revision{ID: in.ID, Revision: in.Revision}
	for _, level := range in.Proxy {
		c := r.Revision.ServiceConnectConfiguration
		c.ContainerConfigurations = append(c.ContainerConfigurations, &types.ServiceConnectContainerConfigurationMemberLogLevel{Value: level})
	}
	return nil
}

// checkConnect refuses what ECS refuses of Service Connect: ports that are not there, and time-outs of requests where there
// are none.
func checkConnect(td types.TaskDefinition, c *types.ServiceConnectConfiguration) error {
	if c == nil || !c.Enabled {
		return nil
	}
	if c.AccessLogConfiguration != nil && c.LogConfiguration == nil {
		return invalid("logConfiguration must be specified when accessLogConfiguration is specified.")
	}
	if len(c.ContainerConfigurations) > 1 {
		return invalid("Each container configuration can be specified only once.")
	}
	ports := map[string]types.PortMapping{}
	for _, container := range td.ContainerDefinitions {
		for _, p := range container.PortMappings {
			ports[aws.ToString(p.Name)] = p
		}
	}
	for _, s := range c.Services {
		p, ok := ports[aws.ToString(s.PortName)]
		switch {
		case !ok || aws.ToString(s.PortName) == "":
			return invalid("The portName '%s' is not defined in the task definition.", aws.ToString(s.PortName))
		case len(s.ClientAliases) > 1:
			return invalid("The number of client aliases exceeds the limit of 1.")
		case s.Timeout != nil && s.Timeout.PerRequestTimeoutSeconds != nil && p.AppProtocol == "":
			return invalid("perRequestTimeout can only be set if Service Connect appProtocol is not TCP.")
		}
	}
	return nil
}
