package render

import (
	"fmt"
	"regexp"
	"strings"

	"ferry.dev/ferry/internal/plan"
)

// imported is what plan.ImportText wrote.
var imported = regexp.MustCompile(`\$\{` + plan.ImportMark + `([^}]*)\}`)

// subImports writes a text with values that other stacks export: Fn::Sub takes those from a map of its own.
func subImports(text string) string {
	var values []string
	text = imported.ReplaceAllStringFunc(text, func(match string) string {
		name := fmt.Sprintf("Import%d", len(values)+1)
		values = append(values, fmt.Sprintf("%s: !ImportValue %s", name, quote(imported.FindStringSubmatch(match)[1])))
		return "${" + name + "}"
	})
	return fmt.Sprintf("!Sub [%s, {%s}]", quote(text), strings.Join(values, ", "))
}
