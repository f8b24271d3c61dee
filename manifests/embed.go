// Package manifests holds the sample manifests, one per type. The wizard scaffolds from them, the documentation shows
// them and the tests parse and deploy them. They are plain files that can be read on their own. Beside them lie two files
// made from the table of fields in package manifest: reference.yml with every field, and schema.json for editors.
package manifests

import "embed"

// files are the samples as they stand in this directory. reference.yml and schema.json are for readers and editors.
//
//go:embed app.yml load-balanced-web-service.yml backend-service.yml worker-service.yml request-driven-web-service.yml scheduled-job.yml static-site.yml environment.yml environment-local.yml
var files embed.FS

// Names of the samples.
const (
	App                    = "app.yml"
	LoadBalancedWebService = "load-balanced-web-service.yml"
	BackendService         = "backend-service.yml"
	WorkerService          = "worker-service.yml"
	RequestDrivenService   = "request-driven-web-service.yml"
	ScheduledJob           = "scheduled-job.yml"
	StaticSite             = "static-site.yml"
	Environment            = "environment.yml"
	LocalEnvironment       = "environment-local.yml" // what the built-in environment is when the user writes none
)

// Sample returns a sample's text. The names are the constants of this package; any other gives nil.
func Sample(name string) []byte {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil
	}
	return data
}
