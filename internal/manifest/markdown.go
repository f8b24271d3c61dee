package manifest

import (
	"fmt"
	"strings"
)

// Markdown writes README's tables from the table of fields: the types of manifests, and the fields at their top.
func Markdown() []byte {
	var b strings.Builder
	b.WriteString("| field | in | what it is |\n| --- | --- | --- |\n")
	seen := map[string]bool{}
	for _, f := range Fields() {
		if !f.Carried() || strings.ContainsAny(f.Path, ".[<") || seen[f.Path] {
			continue
		}
		seen[f.Path] = true
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Path, kindsOf(f.Path), firstSentence(f.Doc))
	}
	return []byte(b.String())
}

// kindsOf are the letters of the manifests that have a field, whatever its rows.
func kindsOf(path string) string {
	var letters []string
	for _, k := range Kinds() {
		for _, f := range Fields() {
			if f.Path == path && f.Carried() && f.In(k.Letter) {
				letters = append(letters, string(k.Letter))
				break
			}
		}
	}
	return strings.Join(letters, " ")
}

func firstSentence(doc string) string {
	doc = strings.ReplaceAll(doc, "|", "\\|")
	if first, _, ok := strings.Cut(doc, ". "); ok {
		return first + "."
	}
	return doc
}
