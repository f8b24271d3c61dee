package addons

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Macros are the names of the Transform section. A template with macros needs CAPABILITY_AUTO_EXPAND.
func (a *Addons) Macros() []string {
	if a == nil {
		return nil
	}
	return a.macros
}

// Section writes the entries of a section as YAML, indented by two, or "" where there are none.
func (a *Addons) Section(name string) (string, error) {
	if a == nil || a.sections[name] == nil || len(a.sections[name].Content) == 0 {
		return "", nil
	}
	out, err := yaml.Dump(a.sections[name], yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return "", fmt.Errorf("writing the %s of the addons: %w", name, err)
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = "  " + line
		}
	}
	return strings.Join(lines, "\n") + "\n", nil
}
