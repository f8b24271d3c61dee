package plan

// Value is a text in a service's template: written out, or found by CloudFormation. Exactly one member is set.
type Value struct {
	Text      string // as it stands
	Import    string // output of the environment's stack
	Ref       string // parameter or resource of the same template
	Attribute string // <resource>.<attribute> of the same template
}
