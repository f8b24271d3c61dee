package plan

import "maps"

// The tags that find everything again: ferry keeps no state but what these say.
const (
	TagApplication = "ferry:application"
	TagEnvironment = "ferry:environment"
	TagService     = "ferry:service"
	TagRelease     = "ferry:release"
	TagCommit      = "ferry:commit"
)

// tags joins the application's own tags with ferry's. Ferry's win: without them nothing is found again.
func tags(own map[string]string, app, env, service string) map[string]string {
	t := make(map[string]string, len(own)+3)
	maps.Copy(t, own)
	t[TagApplication], t[TagEnvironment] = app, env
	if service != "" {
		t[TagService] = service
	}
	return t
}

// joined lays a service's own tags over the application's.
func joined(app, service map[string]string) map[string]string {
	if len(service) == 0 {
		return app
	}
	t := make(map[string]string, len(app)+len(service))
	maps.Copy(t, app)
	maps.Copy(t, service)
	return t
}
