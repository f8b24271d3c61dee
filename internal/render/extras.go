package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/patch"
	"ferry.dev/ferry/internal/plan"
)

// missingResource says what becomes of a patch of a resource that is not in the template.
type missingResource bool

const (
	required missingResource = true
	// optional: an environment has some resources only when services need them. Its patches wait for them.
	optional missingResource = false
)

// withExtras puts the addons' sections into a rendered template and applies the patches.
func withExtras(template []byte, extras plan.Extras, missing missingResource) ([]byte, error) {
	out, err := withAddons(template, extras.Addons)
	if err != nil || len(extras.Patches.Stack) == 0 {
		return out, err
	}
	// The mark holds a character that no YAML file may have.
	const stand = "the-digest-goes-here"
	doc, err := patch.Parse(bytes.ReplaceAll(out, []byte(digestMark), []byte(stand)))
	if err != nil {
		return nil, fmt.Errorf("read the template that is to be patched: %w", err)
	}
	ops := extras.Patches.Stack
	if missing == optional {
		ops = slices.DeleteFunc(slices.Clone(ops), func(o patch.Op) bool { return o.Misses(doc) })
	}
	if err := patch.Apply(doc, ops); err != nil {
		return nil, err
	}
	if out, err = yaml.Dump(doc, yaml.WithIndent(2), yaml.WithLineWidth(-1)); err != nil {
		return nil, fmt.Errorf("write the patched template: %w", err)
	}
	return bytes.Replace(out, []byte(stand), []byte(digestMark), 1), nil
}

// withAddons puts each section where it belongs: entries of a section that the template has at its end, other sections
// before the resources.
func withAddons(template []byte, a *addons.Addons) ([]byte, error) {
	if a == nil {
		return template, nil
	}
	sections := map[string]string{}
	for _, name := range addons.Sections() {
		text, err := a.Section(name)
		if err != nil {
			return nil, err
		}
		sections[name] = text
	}
	var before strings.Builder
	if m := a.Macros(); len(m) > 0 {
		fmt.Fprintf(&before, "Transform: %s\n\n", list(m))
	}
	for _, name := range addons.Sections() {
		if text := sections[name]; text != "" && name != "Resources" && name != "Outputs" {
			fmt.Fprintf(&before, "%s:\n%s\n", name, text)
		}
	}
	out := string(template)
	for _, part := range []struct{ mark, text string }{
		{"\nResources:\n", before.String()},
		{"\nOutputs:\n", "\n  # --- From addons/ ---\n\n" + sections["Resources"] + "\n"},
		{"\n  TemplateDigest:\n", sections["Outputs"]},
	} {
		head, tail, ok := strings.Cut(out, part.mark)
		if !ok {
			return nil, fmt.Errorf("the template has no line %q", strings.TrimSpace(part.mark))
		}
		out = head + "\n" + part.text + strings.TrimPrefix(part.mark, "\n") + tail
	}
	return []byte(out), nil
}

// patched applies patches to a JSON document and lays it out anew.
func patched(doc []byte, ops []patch.Op) ([]byte, error) {
	tree, err := patch.Parse(doc)
	if err != nil {
		return nil, fmt.Errorf("read the document that is to be patched: %w", err)
	}
	if err := patch.Apply(tree, ops); err != nil {
		return nil, err
	}
	flat, err := patch.JSON(tree)
	if err != nil {
		return nil, fmt.Errorf("the patched document is no JSON: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, flat, "", "  "); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
