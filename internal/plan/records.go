package plan

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Record points a name of a Route 53 hosted zone at a load balancer.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
type Record struct {
	Key          string // logical ID in the template
	Name, Zone   string
	LoadBalancer string // Public, Private, Imported or Network
}

// record adds the names of a rule that have a zone. A name has one record, however many rules are for it.
func (r *Routing) record(env manifest.Environment, kind string, h manifest.HTTP) {
	for _, name := range h.Aliases {
		r.point(name, zoneFor(env, h.AliasZones, h.HostedZone, name), kind)
	}
}

func (r *Routing) point(name, zone, kind string) {
	lower := strings.ToLower(name)
	if zone == "" || slices.ContainsFunc(r.Records, func(o Record) bool { return o.Name == lower && o.Zone == zone }) {
		return
	}
	words := logical(lower)
	r.Records = append(r.Records, Record{
		Key: "Record" + words[:min(len(words), 40)] + strings.ToUpper(digest(lower, zone)), Name: lower, Zone: zone, LoadBalancer: kind,
	})
}
