package manifest

import "strings"

// The scalar types that a field's Type may name.
const (
	typeString   = "string"
	typeInt      = "int"
	typePort     = "port"     // 1 to 65535
	typeBool     = "bool"     // true or false
	typeDuration = "duration" // 90s, 1m30s, 2h, 4d
	typeCIDR     = "cidr"     // 10.0.0.0/16
	typeNumber   = "number"
	typeAny      = "any" // whatever YAML can say: somebody else's language
)

// typeExpr is a parsed Type.
type typeExpr struct {
	free    bool // any
	scalars []string
	isMap   bool
	values  *typeExpr // map(T)
	isList  bool
	items   *typeExpr // list(T)
}

// parseType reads a type expression. The table is ours: what it cannot read, a test finds.
func parseType(s string) typeExpr {
	var t typeExpr
	for _, alt := range splitAlternatives(s) {
		inner, nested := strings.CutSuffix(alt, ")")
		switch {
		case alt == typeAny:
			t.free = true
		case alt == "map":
			t.isMap = true
		case nested && strings.HasPrefix(inner, "map("):
			v := parseType(inner[len("map("):])
			t.isMap, t.values = true, &v
		case nested && strings.HasPrefix(inner, "list("):
			v := parseType(inner[len("list("):])
			t.isList, t.items = true, &v
		default:
			t.scalars = append(t.scalars, alt)
		}
	}
	return t
}

// splitAlternatives cuts at each " or " that no parenthesis encloses.
func splitAlternatives(s string) []string {
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(s[i:], " or "):
			out = append(out, s[from:i])
			from = i + len(" or ")
		}
	}
	return append(out, s[from:])
}

// String says in words what may be written.
func (t typeExpr) String() string {
	if t.free {
		return "anything"
	}
	var words []string
	for _, s := range t.scalars {
		words = append(words, map[string]string{
			typeString: "text", typeInt: "a whole number", typePort: "a port from 1 to 65535", typeBool: "true or false",
			typeDuration: "a duration such as 90s or 1m30s", typeCIDR: "an address range such as 10.0.0.0/16", typeNumber: "a number",
		}[s])
	}
	if t.isList {
		words = append(words, "a list")
	}
	if t.isMap {
		words = append(words, "a map")
	}
	if t.free {
		return "anything"
	}
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
