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
