// Package template owns what a CloudFormation template says: it parses YAML and JSON with all short forms, checks that
// references lead somewhere, and evaluates conditions and intrinsic functions.
//
// It knows no resource type and no stack; package cfn does. Values are what JSON has: map[string]any, []any, string,
// bool, json.Number and nil.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
package template

import "fmt"

// AWS's quotas. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const (
	MaxBody       = 51200 // bytes of a template in a request
	maxResources  = 500
	maxParameters = 200
	maxOutputs    = 200
	maxMappings   = 200
)

// Error is what CloudFormation answers to a template that it cannot use; its code is ValidationError.
type Error struct{ Message string }

// Error implements error.
func (e *Error) Error() string { return e.Message }

func fail(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Template is a parsed template.
type Template struct {
	Text        string // as it was given
	Version     string
	Description string
	Metadata    any
	Parameters  map[string]*Parameter
	Mappings    map[string]map[string]map[string]any
	Conditions  map[string]any
	Resources   map[string]*Resource
	Outputs     map[string]*Output
}

// Parameter is a declared parameter.
type Parameter struct {
	Type        string
	Default     *string
	Description string
	NoEcho      bool
	Allowed     []string
	Pattern     string
	Constraint  string // ConstraintDescription
	MinLength   *float64
	MaxLength   *float64
	MinValue    *float64
	MaxValue    *float64
}

// Resource is a declared resource; its properties are not evaluated yet.
type Resource struct {
	Type                string
	Properties          map[string]any
	DependsOn           []string
	Condition           string
	DeletionPolicy      string // Delete, Retain, RetainExceptOnCreate or Snapshot; "" = Delete
	UpdateReplacePolicy string
	Metadata            any
}

// Output is a declared output; its value and export name are not evaluated yet.
type Output struct {
	Description string
	Value       any
	Export      any // nil when it is not exported
	Condition   string
}
