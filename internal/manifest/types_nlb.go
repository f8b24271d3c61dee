package manifest

import "time"

// NLB is a Network Load Balancer of the service's own.
type NLB struct {
	Listeners   []NLBListener // nlb's own first
	Aliases     []string
	HostedZone  string            // id of the Route 53 zone of the aliases; "" = none
	AliasZones  map[string]string // alias → a zone of its own
	Certificate string            // ARN of an ACM certificate; "" = the environment's, or a requested one
}

// NLBListener is one port of a Network Load Balancer.
type NLBListener struct {
	Port                int
	Protocol            string // TCP, UDP, TCP_UDP or TLS
	TargetContainer     string // "" = the service's own
	TargetPort          int
	SSLPolicy           string // "" = ferry's choice
	Stickiness          bool
	DeregistrationDelay time.Duration
	HealthCheck         HTTPHealthCheck // Path and SuccessCodes are empty: the check opens a connection
}
