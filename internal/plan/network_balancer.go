package plan

import (
	"cmp"
	"net"
	"slices"
	"strconv"

	"ferry.dev/ferry/internal/manifest"
)

// NetworkLB is the word for a Network Load Balancer, which is the service's own, beside Public and Private.
const NetworkLB = "Network"

// NetworkBalancer is a public Network Load Balancer of a service's own.
type NetworkBalancer struct {
	Name      string // ≤ 32 characters
	Listeners []NetworkListener
	Ingress   []Rule
	// Certificate is that of the listeners with TLS; nil: there are none.
	Certificate *Value
	// Request is a certificate that the service's stack requests; nil: none.
	Request *CertificateRequest
}

// NetworkListener is one port of a Network Load Balancer.
type NetworkListener struct {
	Key       string // logical ID in the template
	Port      int
	Protocol  string // TCP, UDP, TCP_UDP or TLS
	Target    string // logical ID of the target group
	SSLPolicy string // of TLS
}

// CertificateRequest is a certificate that ACM validates by records which CloudFormation puts into the zones.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-certificatemanager-certificate.html
type CertificateRequest struct {
	Key   string // logical ID in the template
	Names []string
	Zones []string // of each name
}

// url is the address that the load balancer's name, which may bring a port of its own, and its first listener make.
func (n NetworkBalancer) url(host, dns string) string {
	l := n.Listeners[0]
	scheme := map[string]string{"UDP": "udp", "TLS": "tls"}[l.Protocol]
	if _, _, err := net.SplitHostPort(dns); err == nil {
		host = dns
	} else {
		host = net.JoinHostPort(cmp.Or(host, dns), strconv.Itoa(l.Port))
	}
	return cmp.Or(scheme, "tcp") + "://" + host
}

// addNetwork takes the Network Load Balancer in.
func (r *Routing) addNetwork(s Service) {
	m := s.Manifest.NLB
	if m == nil {
		return
	}
	n := &NetworkBalancer{Name: shorten(s.Stack+"-nlb", maxLoadBalancerName)}
	for _, l := range m.Listeners {
		n.Listeners = append(n.Listeners, NetworkListener{
			Key:  "NetworkListener" + strconv.Itoa(l.Port) + logical(l.Protocol),
			Port: l.Port, Protocol: l.Protocol, Target: r.networkTarget(s, l), SSLPolicy: tlsPolicy(l),
		})
		for _, t := range (TargetGroup{Protocol: l.Protocol}).transports() {
			n.Ingress = append(n.Ingress, newRule("0.0.0.0/0", t, l.Port, l.Port))
		}
	}
	n.certify(*m, s)
	for _, name := range m.Aliases {
		r.point(name, zoneFor(s.EnvManifest, m.AliasZones, m.HostedZone, name), NetworkLB)
	}
	r.Network = n
	if r.LoadBalancer == "" {
		r.LoadBalancer = NetworkLB
		if len(m.Aliases) > 0 {
			r.Host = m.Aliases[0]
		}
	}
}

func tlsPolicy(l manifest.NLBListener) string {
	if l.Protocol != "TLS" {
		return ""
	}
	return cmp.Or(l.SSLPolicy, defaultSSLPolicy)
}

func (r *Routing) networkTarget(s Service, l manifest.NLBListener) string {
	t := TargetGroup{
		LoadBalancer:        NetworkLB,
		Container:           cmp.Or(l.TargetContainer, s.Name),
		ContainerPort:       l.TargetPort,
		Protocol:            l.Protocol,
		DeregistrationDelay: seconds(l.DeregistrationDelay),
		Stickiness:          l.Stickiness,
		Check: TargetCheck{
			Protocol: "TCP", Port: trafficPort, Healthy: l.HealthCheck.HealthyThreshold, Unhealthy: l.HealthCheck.UnhealthyThreshold,
			Interval: seconds(l.HealthCheck.Interval), Timeout: seconds(l.HealthCheck.Timeout),
		},
	}
	if t.Protocol == "TLS" {
		t.Protocol = "TCP" // it ends at the load balancer
	}
	if l.HealthCheck.Port != 0 {
		t.Check.Port = strconv.Itoa(l.HealthCheck.Port)
	}
	return r.group(s, t, false)
}

// certify finds the certificate of listeners with TLS: the manifest's, else the environment's, else one that is requested
// for the names, else one that a deploy must be given.
func (n *NetworkBalancer) certify(m manifest.NLB, s Service) {
	if !slices.ContainsFunc(n.Listeners, func(l NetworkListener) bool { return l.Protocol == "TLS" }) {
		return
	}
	request := CertificateRequest{Key: "NetworkCertificate"}
	for _, name := range m.Aliases {
		if zone := zoneFor(s.EnvManifest, m.AliasZones, m.HostedZone, name); zone != "" {
			request.Names, request.Zones = append(request.Names, name), append(request.Zones, zone)
		}
	}
	imported := slices.Clone(s.EnvManifest.HTTP.Public.Certificates)
	for _, name := range m.Aliases {
		if d := s.EnvManifest.DomainOf(name); d != nil && d.Certificate != "" {
			imported = append(imported, d.Certificate)
		}
	}
	switch {
	case m.Certificate != "":
		n.Certificate = &Value{Text: m.Certificate}
	case len(imported) > 0:
		n.Certificate = &Value{Text: imported[0]}
	case len(request.Names) > 0 && len(request.Names) == len(m.Aliases):
		n.Certificate, n.Request = &Value{Ref: request.Key}, &request
	default:
		n.Certificate = &Value{Ref: unknownCertificate}
	}
}

// unknownCertificate is the parameter for a certificate that nobody has named.
const unknownCertificate = "ImportedCertificate"

// lacksCertificate tells whether nobody has named the certificate.
func (n *NetworkBalancer) lacksCertificate() bool {
	return n != nil && n.Certificate != nil && n.Certificate.Ref == unknownCertificate
}
