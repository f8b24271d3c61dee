package manifest

import (
	"cmp"
	"regexp"
	"time"
)

// connectAlias is the name of an endpoint, as ECS takes it.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectClientAlias.html
var connectAlias = regexp.MustCompile(`^[a-z0-9_.][a-z0-9_.-]{0,126}$`)

// connect checks what the manifest says of Service Connect by itself. Whether the ports are there package plan knows.
func (v validator) connect(w Workload) {
	p, c := at("network.connect"), w.Network.Connect
	if c == nil {
		return
	}
	if w.Platform.Windows() {
		v.bad(p, "write connect: false", "Service Connect does not run on Windows")
	}
	v.connectPort(p, c.Own)
	seen := map[ConnectPort]bool{{Alias: c.Own.Alias, Port: c.Own.Port}: c.Own.Port != 0}
	targets := map[int]bool{}
	for i, more := range c.More {
		item := p.with("additional_ports").with(index(i))
		v.connectPort(item, more)
		called := ConnectPort{Alias: more.Alias, Port: cmp.Or(more.Port, more.TargetPort)}
		switch {
		case targets[more.TargetPort]:
			v.bad(item.with("target_port"), "remove one of the two: a port has one name", "port %d is written twice", more.TargetPort)
		case seen[called]:
			v.bad(item.with("alias"), "give it another alias, or another port", "%s:%d is called already", called.Alias, called.Port)
		}
		targets[more.TargetPort], seen[called] = more.TargetPort != 0, true
	}
}

func (v validator) connectPort(p path, c ConnectPort) {
	if alias := p.with("alias"); v.fromUser(alias) && v.sure(alias) && !connectAlias.MatchString(c.Alias) {
		v.bad(alias, "write small letters, digits, hyphens and dots, for example api", "%q is no name that services can be called by", c.Alias)
	}
	timeouts := p.with("timeouts")
	for key, d := range map[string]*time.Duration{"idle": c.IdleTimeout, "per_request": c.PerRequestTimeout} {
		if d != nil {
			v.within(timeouts.with(key), *d, 0, (1<<31-1)*time.Second)
		}
	}
	if request := timeouts.with("per_request"); c.PerRequestTimeout != nil && c.Protocol == "tcp" {
		v.badKey(request, "write protocol: http, or remove it", "has no meaning with protocol tcp, which knows no requests")
	}
	if c.TLS == nil {
		return
	}
	for _, arn := range []struct{ key, value, service, example string }{
		{"authority", c.TLS.Authority, "acm-pca", "arn:aws:acm-pca:<region>:<account>:certificate-authority/…"},
		{"kms_key", c.TLS.KMSKey, "kms", "arn:aws:kms:<region>:<account>:key/…"},
		{"role", c.TLS.Role, "iam", "arn:aws:iam::<account>:role/…"},
	} {
		if place := p.with("tls").with(arn.key); v.has(place) && v.sure(place) && !isARN(arn.value, arn.service) {
			v.bad(place, "it looks like "+arn.example, "%q is no ARN of its kind", arn.value)
		}
	}
}
