package render

import (
	"time"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
type deploymentConfiguration struct {
	DeploymentCircuitBreaker circuitBreaker    `json:"deploymentCircuitBreaker"`
	MaximumPercent           int               `json:"maximumPercent"`
	MinimumHealthyPercent    int               `json:"minimumHealthyPercent"`
	Alarms                   *deploymentAlarms `json:"alarms,omitempty"`
	Strategy                 string            `json:"strategy"`
	BakeTimeInMinutes        *int              `json:"bakeTimeInMinutes,omitempty"`
	LifecycleHooks           []lifecycleHook   `json:"lifecycleHooks,omitempty"`
	LinearConfiguration      *linear           `json:"linearConfiguration,omitempty"`
	CanaryConfiguration      *canary           `json:"canaryConfiguration,omitempty"`
	EarlySuccessCriteria     *earlySuccess     `json:"earlySuccessCriteria,omitempty"`
}

type circuitBreaker struct {
	Enable                 bool              `json:"enable"`
	Rollback               bool              `json:"rollback"`
	ResetOnHealthyTask     *bool             `json:"resetOnHealthyTask,omitempty"`
	ThresholdConfiguration *breakerThreshold `json:"thresholdConfiguration,omitempty"`
}

type breakerThreshold struct {
	Type  string `json:"type"`
	Value int    `json:"value"`
}

type deploymentAlarms struct {
	AlarmNames []string `json:"alarmNames"`
	Enable     bool     `json:"enable"`
	Rollback   bool     `json:"rollback"`
}

type lifecycleHook struct {
	TargetType           string      `json:"targetType"`
	HookTargetArn        string      `json:"hookTargetArn,omitempty"`
	RoleArn              string      `json:"roleArn,omitempty"`
	LifecycleStages      []string    `json:"lifecycleStages"`
	HookDetails          any         `json:"hookDetails,omitempty"`
	TimeoutConfiguration hookTimeout `json:"timeoutConfiguration"`
}

type hookTimeout struct {
	Action           string `json:"action"`
	TimeoutInMinutes int    `json:"timeoutInMinutes"`
}

type linear struct {
	StepPercent           float64 `json:"stepPercent"`
	StepBakeTimeInMinutes int     `json:"stepBakeTimeInMinutes"`
}

type canary struct {
	CanaryPercent           float64 `json:"canaryPercent"`
	CanaryBakeTimeInMinutes int     `json:"canaryBakeTimeInMinutes"`
}

type earlySuccess struct {
	Enable                       bool   `json:"enable"`
	HealthyPercent               int    `json:"healthyPercent"`
	SourceServiceRevisionCleanup string `json:"sourceServiceRevisionCleanup"`
}

// monitoring says how often ECS measures.
type monitoring struct {
	MetricConfigurations []metricConfiguration `json:"metricConfigurations"`
}

type metricConfiguration struct {
	MetricNames       []string `json:"metricNames"`
	ResolutionSeconds int      `json:"resolutionSeconds"`
}

// advanced is what ECS moves the traffic of a load balancer with.
type advanced struct {
	AlternateTargetGroupArn string `json:"alternateTargetGroupArn"`
	ProductionListenerRule  string `json:"productionListenerRule"`
	TestListenerRule        string `json:"testListenerRule,omitempty"`
	RoleArn                 string `json:"roleArn"`
}

// newDeployment writes out what the manifest says of deployments. What is ECS's default and was so from the beginning stays
// unsaid, so that the document of a service without the block is short.
func newDeployment(s plan.Service) deploymentConfiguration {
	d := s.Manifest.Deployment
	out := deploymentConfiguration{
		DeploymentCircuitBreaker: newBreaker(d.Breaker),
		MaximumPercent:           d.Maximum,
		MinimumHealthyPercent:    d.Minimum,
		Strategy:                 d.Strategy,
		LifecycleHooks:           newHooks(s),
	}
	if names := s.AlarmNames(); len(names) > 0 {
		out.Alarms = &deploymentAlarms{AlarmNames: names, Enable: true, Rollback: d.AlarmRollback}
	}
	if d.BakeTime != nil {
		m := minutes(*d.BakeTime)
		out.BakeTimeInMinutes = &m
	}
	switch {
	case d.Strategy == manifest.StrategyLinear && d.Linear != nil:
		out.LinearConfiguration = &linear{StepPercent: d.Linear.Percent, StepBakeTimeInMinutes: minutes(d.Linear.BakeTime)}
	case d.Strategy == manifest.StrategyCanary && d.Canary != nil:
		out.CanaryConfiguration = &canary{CanaryPercent: d.Canary.Percent, CanaryBakeTimeInMinutes: minutes(d.Canary.BakeTime)}
	}
	if e := d.EarlySuccess; e != nil {
		out.EarlySuccessCriteria = &earlySuccess{Enable: true, HealthyPercent: e.HealthyPercent, SourceServiceRevisionCleanup: e.Cleanup}
	}
	return out
}

func newBreaker(b manifest.CircuitBreaker) circuitBreaker {
	out := circuitBreaker{Enable: b.Enable, Rollback: b.Enable && b.Rollback}
	if b.Enable && !b.Reset {
		out.ResetOnHealthyTask = &b.Reset
	}
	if b.ThresholdType != "" {
		out.ThresholdConfiguration = &breakerThreshold{Type: b.ThresholdType, Value: b.Threshold}
	}
	return out
}

func newHooks(s plan.Service) []lifecycleHook {
	var out []lifecycleHook
	for _, h := range s.Manifest.Deployment.Hooks {
		hook := lifecycleHook{TargetType: "PAUSE", LifecycleStages: h.Stages, TimeoutConfiguration: hookTimeout{Action: h.TimeoutAction, TimeoutInMinutes: minutes(h.Timeout)}}
		if !h.Pause {
			hook.TargetType, hook.HookTargetArn, hook.RoleArn, hook.HookDetails = "AWS_LAMBDA", h.Function, h.Role, h.Details
			if h.Role == "" {
				hook.RoleArn = s.RoleARN(s.HookRole())
			}
		}
		out = append(out, hook)
	}
	return out
}

// newAdvanced says with what ECS moves the traffic of one target group; nil where none moves.
func newAdvanced(s plan.Service, t plan.TargetGroup) *advanced {
	a := s.Alternate(t)
	if a == nil {
		return nil
	}
	out := &advanced{
		AlternateTargetGroupArn: plan.Ref(s.Stack, a.Key+"Arn"),
		ProductionListenerRule:  plan.Ref(s.Stack, a.Rule+"Arn"),
		RoleArn:                 s.RoleARN(s.TrafficRole()),
	}
	if a.Test != "" {
		out.TestListenerRule = plan.Ref(s.Stack, a.Test+"Arn")
	}
	return out
}

func minutes(d time.Duration) int { return int(d / time.Minute) }
