package manifest

import "time"

// Connect is how a service reaches others, and is reached, through Service Connect.
type Connect struct {
	Own       ConnectPort   // the port that gets the requests
	More      []ConnectPort // other ports of the task
	LogLevel  string        // of the proxy: debug or info; "" = ECS's own, info
	AccessLog *ConnectLog   // nil: none
}

// ConnectPort is a port of the task that other services of the environment call.
type ConnectPort struct {
	TargetPort        int    // the container's; 0 = the one that gets the requests
	Alias             string // the name by which they call it
	Port              int    // the port that they call; 0 = the container's
	Protocol          string // http, http2, grpc or tcp; "" = as the load balancer speaks, else tcp
	IngressPort       int    // that the proxy listens on; 0 = ECS's own choice
	IdleTimeout       *time.Duration
	PerRequestTimeout *time.Duration
	TLS               *ConnectTLS // nil: plain
}

// ConnectTLS encrypts the calls between proxies.
type ConnectTLS struct {
	Authority    string // ARN of the private certificate authority
	KMSKey, Role string // ARNs; "" = ECS's own key, a role that ferry makes
}

// ConnectLog is how the proxy writes down the calls.
type ConnectLog struct {
	Format string // TEXT or JSON
	Query  bool   // the query of each path, too
}
