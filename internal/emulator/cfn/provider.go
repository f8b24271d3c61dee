package cfn

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/emulator/cfn/template"
	"ferry.dev/ferry/internal/emulator/ids"
)

// provider is what the engine knows of a resource type. The lists follow CloudFormation's registry schemas.
type provider struct {
	// create makes the resource and returns its physical ID, which is what Ref returns. An ID with an error means that
	// it was made and has to be removed.
	create func(ctx context.Context, r request) (string, error)
	// settle waits until the resource can be used; nil: it can at once.
	settle func(ctx context.Context, id string) error
	// update changes it in place; nil: no property can be changed in place.
	update func(ctx context.Context, r request) error
	// remove deletes it; one that is gone already is no error (the engine forgives a typed "not found").
	remove func(ctx context.Context, r request) error
	// read returns the attributes for Fn::GetAtt; nil: it has none.
	read func(ctx context.Context, r request) (map[string]any, error)

	attributes []string // what read returns
	properties []string // every property, besides required and createOnly, that is understood
	required   []string
	createOnly []string // changing one of these replaces the resource
	name       string   // the property that names the resource, "" when AWS always does
	tagged     bool     // takes the stack's tags
	iam        bool     // needs CAPABILITY_IAM, and CAPABILITY_NAMED_IAM when name is set
}

// request is one call of a provider.
type request struct {
	Logical string
	Stack   string
	ID      string            // "" in create
	Props   map[string]any    // evaluated
	Old     map[string]any    // what they were; update only
	Attrs   map[string]any    // what read returned last
	Tags    map[string]string // the stack's
	OldTags map[string]string
}

// physical is a name that nobody else has: <stack>-<logical>-<random>, within most characters.
func (r request) physical(most int) string {
	suffix := "-" + ids.New("", 12)
	base := r.Stack + "-" + r.Logical
	if n := most - len(suffix); len(base) > n {
		base = strings.TrimRight(base[:n], "-")
	}
	return base + suffix
}

// text returns a property as text, "" when it is not set.
func (r request) text(name string) string {
	s, _ := template.Text(r.Props[name])
	return s
}

func (r request) texts(name string) []string { return texts(r.Props[name]) }

func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, x := range list {
		if s, ok := template.Text(x); ok {
			out = append(out, s)
		}
	}
	return out
}

// changed tells whether a property is another than before.
func (r request) changed(name string) bool { return !equal(r.Props[name], r.Old[name]) }

// allTags merges the stack's tags with the resource's own, which win.
func (r request) allTags() map[string]string { return mergeTags(r.Tags, r.Props["Tags"]) }

func (r request) oldTags() map[string]string { return mergeTags(r.OldTags, r.Old["Tags"]) }

func mergeTags(stack map[string]string, own any) map[string]string {
	out := map[string]string{}
	for k, v := range stack {
		out[k] = v
	}
	switch own := own.(type) {
	case []any: // [{Key, Value}]
		for _, x := range own {
			if m, ok := x.(map[string]any); ok {
				k, _ := template.Text(m["Key"])
				v, _ := template.Text(m["Value"])
				out[k] = v
			}
		}
	case map[string]any: // {key: value}
		for k, x := range own {
			out[k], _ = template.Text(x)
		}
	}
	return out
}

// tagDiff returns the tags to be set and the keys to be removed.
func (r request) tagDiff() (set map[string]string, gone []string) {
	now, before := r.allTags(), r.oldTags()
	set = map[string]string{}
	for k, v := range now {
		if old, had := before[k]; !had || old != v {
			set[k] = v
		}
	}
	for k := range before {
		if _, has := now[k]; !has {
			gone = append(gone, k)
		}
	}
	slices.Sort(gone)
	return set, gone
}

// propertyError is a property that the resource type does not have, lacks, or cannot read.
type propertyError struct{ message string }

func (e *propertyError) Error() string { return e.message }

func badProperty(format string, args ...any) error {
	return &propertyError{"Properties validation failed: " + fmt.Sprintf(format, args...)}
}

// check refuses properties that the type does not have and demands those that it needs.
func (p provider) check(logical string, props map[string]any) error {
	for _, k := range p.required {
		if props[k] == nil {
			return &propertyError{fmt.Sprintf("Properties validation failed for resource %s with message: #: required key [%s] not found", logical, k)}
		}
	}
	for k := range props {
		if !p.understands(k) {
			return &propertyError{fmt.Sprintf("Properties validation failed for resource %s with message: #: extraneous key [%s] is not permitted", logical, k)}
		}
	}
	return nil
}

func (p provider) understands(property string) bool {
	return slices.Contains(p.properties, property) || slices.Contains(p.required, property) || slices.Contains(p.createOnly, property) || (p.tagged && property == "Tags")
}
