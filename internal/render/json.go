package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/patch"
)

// quote writes a text as a JSON string, which is a YAML string too.
func quote(s string) string {
	out, err := encode(s, "")
	if err != nil {
		return `""` // a string always encodes
	}
	return string(out)
}

func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// document writes v as indented JSON. Placeholders, which begin with a NUL in a plan, become "${…}", and every "${" that
// is the user's own text is escaped: JSON reads it the same, and Resolve does not see it.
func document(v any, patches []patch.Op) ([]byte, error) {
	out, err := encode(v, "  ")
	if err == nil && len(patches) > 0 {
		out, err = patched(out, patches)
	}
	if err != nil {
		return nil, err
	}
	out = bytes.ReplaceAll(out, []byte("${"), []byte(`\u0024{`))
	out = bytes.ReplaceAll(out, []byte(`\u0000{`), []byte("${"))
	return append(out, '\n'), nil
}

var (
	// element is a placeholder that is a whole element of an array; what stands before it tells it from a value.
	element     = regexp.MustCompile(`([\[,]\s*)"\$\{([^}"]*)\}"`)
	placeholder = regexp.MustCompile(`\$\{([^}"]*)\}`)
)

// Resolve fills the placeholders of a task definition or service definition: "${AWS::AccountId}" with account and
// "${<stack>.<Output>}" with what lookup finds. An element of an array that is only a placeholder becomes as many elements
// as the output has values between commas. A placeholder that nothing fills is a *fault.Error that names all such.
func Resolve(doc []byte, lookup func(stack, output string) (string, bool), account string) ([]byte, error) {
	var missing []string
	value := func(name string) string {
		if name == "AWS::AccountId" && account != "" {
			return account
		}
		if stack, output, ok := strings.Cut(name, "."); ok {
			if v, found := lookup(stack, output); found {
				return v
			}
		}
		missing = append(missing, name)
		return ""
	}
	out := replace(element, doc, func(m [][]byte) string {
		values := strings.Split(value(string(m[2])), ",")
		for i, v := range values {
			values[i] = quote(v)
		}
		return string(m[1]) + strings.Join(values, ", ")
	})
	out = replace(placeholder, out, func(m [][]byte) string {
		quoted := quote(value(string(m[1])))
		return quoted[1 : len(quoted)-1]
	})
	if len(missing) > 0 {
		return nil, &fault.Error{
			What: fmt.Sprintf("the infrastructure does not say what ${%s} is", strings.Join(missing, "}, ${")),
			Hint: "deploy the environment and the service, so that their stacks have all outputs",
		}
	}
	return out, nil
}

func replace(re *regexp.Regexp, doc []byte, with func(groups [][]byte) string) []byte {
	return re.ReplaceAllFunc(doc, func(match []byte) []byte { return []byte(with(re.FindSubmatch(match))) })
}
