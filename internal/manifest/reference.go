package manifest

import "strings"

// referenceWidth is where the reference's comments are wrapped.
const referenceWidth = 110

// Reference writes manifests/reference.yml from the table: one YAML document per family of manifests, with every carried
// field, what it does, its default and an example. Of fields that exclude each other the second stands in a comment.
func Reference() []byte {
	var b strings.Builder
	b.WriteString("# Every field of every manifest. Made from the table of fields in internal/manifest: change it there.\n")
	for _, doc := range []struct {
		kind  rune
		title string
		more  bool // only what the first document does not have
	}{
		{kindLoadBalanced, "ferry/<service>/manifest.yml: Load Balanced Web Service and Backend Service", false},
		{kindWorker, "ferry/<service>/manifest.yml: what a Worker Service has beside the fields above; it has no http and no image.port", true},
		{kindJob, "ferry/<service>/manifest.yml: what a Scheduled Job has beside the fields of the first; it has no http and no image.port", true},
		{kindRequestDriven, "ferry/<service>/manifest.yml: Request-Driven Web Service", false},
		{kindStaticSite, "ferry/<service>/manifest.yml: Static Site", false},
		{kindEnvironment, "ferry/environments/<environment>/manifest.yml", false},
		{kindApp, "ferry/app.yml", false},
	} {
		b.WriteString("---\n# " + doc.title + "\n")
		w := referenceWriter{out: &b}
		if doc.more {
			b.WriteString("name: web\ntype: " + typeName(doc.kind) + "\nimage: {build: ./Dockerfile}\n")
			w.known = kindLoadBalanced
		}
		w.fields(schemaOf(doc.kind), "")
	}
	return []byte(b.String())
}

type referenceWriter struct {
	out   *strings.Builder
	known rune // the kind whose fields are left out; 0 = none
}

// fresh tells whether a field, or one below it, is to be written.
func (w referenceWriter) fresh(s *schema) bool {
	if w.known == 0 || s.field.Path != "" && !schemaOf(w.known).has(splitPath(s.field.Path)) {
		return w.known == 0 || s.field.Carried()
	}
	for _, key := range s.order {
		if w.fresh(s.keys[key]) {
			return true
		}
	}
	return s.item != nil && w.fresh(s.item) || s.any != nil && s.named != "environment" && w.fresh(s.any)
}

// has tells whether a row's path leads somewhere.
func (s *schema) has(keys []string) bool {
	for _, key := range keys {
		if s = s.down(key); s == nil {
			return false
		}
	}
	return true
}

// fields writes the fields of a map.
func (w referenceWriter) fields(s *schema, indent string) {
	done := map[string]bool{} // groups of which one stands already
	for _, key := range s.order {
		child := s.keys[key]
		if !child.field.Carried() || !w.fresh(child) {
			continue
		}
		prefix := indent
		if g := child.field.Group; g != "" {
			if done[g] {
				prefix += "#"
			}
			done[g] = true
		}
		if child.field.With != "" {
			prefix = indent + "#"
		}
		w.field(key, child, indent, prefix)
	}
	if s.any != nil && s.any.field.Path != "" && s.any.field.Carried() && w.fresh(s.any) {
		w.field(exampleKey(s.field), s.any, indent, indent)
	}
}

// exampleKey is a name that a map's user might choose: the first in the map's own example.
func exampleKey(f Field) string {
	d := parse("", []byte("example: "+f.Example))
	if example := d.root.get("example"); example != nil && len(example.entries) > 0 {
		return example.entries[0].key
	}
	return "name"
}

// field writes one field: its comment, then its long form where it has one, else its example.
func (w referenceWriter) field(key string, s *schema, indent, prefix string) {
	w.comment(s.field, indent)
	commented := prefix != indent
	switch {
	case !commented && hasCarriedKeys(s) && s.named != "environment":
		w.out.WriteString(prefix + key + ":\n")
		w.fields(s, indent+"  ")
	case !commented && s.item != nil && hasCarriedKeys(s.item):
		w.out.WriteString(prefix + key + ":\n")
		var item strings.Builder
		referenceWriter{&item, w.known}.fields(s.item, indent+"    ")
		w.out.WriteString(dashed(item.String(), indent))
		w.more(s.field, indent)
	case commented && hasCarriedKeys(s):
		var below strings.Builder
		below.WriteString(indent + key + ":\n")
		referenceWriter{&below, w.known}.fields(s, indent+"  ")
		w.out.WriteString(commentedOut(below.String(), indent))
	default:
		w.out.WriteString(prefix + key + ": " + s.field.Example + "\n")
	}
}

// commentedOut puts a comment's sign before each line that has none, at one depth, so that an editor can take them all away.
func commentedOut(lines, indent string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			line = indent + "#" + strings.TrimPrefix(line, indent)
		}
		b.WriteString(line)
	}
	return b.String()
}

// more writes the further items of a list's example, in flow style: the first one was written field by field.
func (w referenceWriter) more(f Field, indent string) {
	d := parse("", []byte("example: "+f.Example))
	example := d.root.get("example")
	if example == nil || example.kind != sequence {
		return
	}
	for _, item := range example.items[1:] {
		if item.kind == mapping { // a scalar is the short form of the map written above
			w.out.WriteString(indent + "  - " + item.flow() + "\n")
		}
	}
}

// flow writes a node in YAML's flow style. Its scalars are the examples' own: none needs quotes.
func (n *node) flow() string {
	if n.kind != mapping {
		return n.text
	}
	parts := make([]string, len(n.entries))
	for i, e := range n.entries {
		parts[i] = e.key + ": " + e.value.flow()
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func hasCarriedKeys(s *schema) bool {
	return len(carriedKeys(s)) > 0 || s.any != nil && s.any.field.Path != "" && s.any.field.Carried()
}

// dashed makes lines an item of a list: the first that is no comment gets the dash.
func dashed(lines, indent string) string {
	cut := indent + "    "
	for i, line := range strings.SplitAfter(lines, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			at := len(strings.Join(strings.SplitAfter(lines, "\n")[:i], ""))
			return lines[:at] + indent + "  - " + strings.TrimPrefix(lines[at:], cut)
		}
	}
	return lines
}

// comment writes what a field is: its sentence, its type, its default.
func (w referenceWriter) comment(f Field, indent string) {
	text := f.Doc + " (" + f.Type
	if f.With != "" {
		text += "; with " + f.With
	}
	switch {
	case f.Required:
		text += "; required"
	case f.Default != "":
		text += "; default " + f.Default
	case f.Auto != "":
		text += "; default: " + f.Auto
	}
	for _, line := range wrap(text+")", referenceWidth-len(indent)) {
		w.out.WriteString(indent + "# " + line + "\n")
	}
}

// wrap cuts a text into lines of a width, between words.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
