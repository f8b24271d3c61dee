package manifest

import "strings"

// Kinds of manifests, one letter each, as in the table of fields.
const (
	kindLoadBalanced  = 'L' // Load Balanced Web Service
	kindBackend       = 'B' // Backend Service
	kindWorker        = 'W' // Worker Service
	kindJob           = 'J' // Scheduled Job
	kindRequestDriven = 'R' // Request-Driven Web Service
	kindStaticSite    = 'S' // Static Site
	kindEnvironment   = 'E' // Environment
	kindApp           = 'A' // app.yml, which has no type
)

// Kind is a kind of manifest.
type Kind struct {
	Letter    rune
	Type      string // what `type:` says; "" for app.yml
	Supported bool   // this version deploys it
}

// Name is what `type:` says, or app.yml.
func (k Kind) Name() string { return typeName(k.Letter) }

// Kinds returns every kind of manifest that ferry knows.
func Kinds() []Kind {
	return []Kind{
		{kindLoadBalanced, LoadBalancedWebService, true},
		{kindBackend, BackendService, true},
		{kindWorker, WorkerService, true},
		{kindJob, ScheduledJob, true},
		{kindRequestDriven, RequestDrivenService, true},
		{kindStaticSite, StaticSite, true},
		{kindEnvironment, EnvironmentType, true},
		{kindApp, "", true},
	}
}

// Field is one row of the table that drives the check, the defaults, the reference, the JSON Schema and the explanations.
type Field struct {
	// Path is where the field stands: "http.alias[].name". "[]" is an item of a list, "<name>" any key of a map.
	Path string
	// Type is what may be written: one or several of the scalar types, "map", "list(T)" and "map(T)", joined by " or ".
	Type string
	// Kinds are the letters of the manifests that have the field.
	Kinds string
	// Default is the value when nothing is written, as YAML. Empty: none, or see Auto.
	Default string
	// Auto says in words how the default comes about where it is computed.
	Auto string
	// Doc says what the field does, in a sentence or two.
	Doc string
	// Example is a value as YAML, in flow style.
	Example string
	// Enum lists the only values of a string, compared without regard to case.
	Enum []string
	// Min and Max bound a number, when Max is above Min.
	Min, Max int64
	// Short is the child that the short form, a scalar or a list, stands for.
	Short string
	// Group names the fields beside this one of which only one may be written, this one included: an override of one
	// replaces the others.
	Group string
	// Clears names fields beside this one that an override of it takes back, and the other way round: they may not stand
	// together, though they may among themselves.
	Clears []string
	// With names what the field has a meaning beside, where it has none otherwise. The reference shows it in a comment.
	With string
	// Required fields must be written wherever their map is.
	Required bool
	// Implied maps are there even when not written, so that the defaults in them hold.
	Implied bool
	// Later says why a field that Copilot has is refused, and is empty for the fields that ferry carries.
	Later string
}

// Carried tells whether ferry acts on the field.
func (f Field) Carried() bool { return f.Later == "" }

// In tells whether manifests of a kind have the field.
func (f Field) In(kind rune) bool { return strings.ContainsRune(f.Kinds, kind) }
