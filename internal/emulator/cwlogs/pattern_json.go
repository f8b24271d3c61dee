package cwlogs

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// test is one condition of a JSON pattern, on the decoded message.
type test func(doc any) bool

// jsonPattern reads a JSON pattern. The grammar, loosest first: or = and { "||" and }, and = unit { "&&" unit },
// unit = "(" or ")" | condition.
type jsonPattern struct{ rest string }

func parseJSONPattern(pattern string) (matcher, error) {
	p := &jsonPattern{rest: strings.TrimPrefix(pattern, "{")}
	t := p.or()
	p.space()
	if t == nil || p.rest != "}" {
		return nil, invalid("Invalid filter pattern")
	}
	return func(message string) bool {
		var doc any
		d := json.NewDecoder(strings.NewReader(message))
		d.UseNumber()
		if d.Decode(&doc) != nil {
			return false
		}
		if _, isObject := doc.(map[string]any); !isObject {
			return false
		}
		return t(doc)
	}, nil
}

func (p *jsonPattern) space() { p.rest = strings.TrimLeft(p.rest, " \t\n") }

func (p *jsonPattern) take(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *jsonPattern) or() test {
	left := p.and()
	for left != nil && p.take("||") {
		a, b := left, p.and()
		if b == nil {
			return nil
		}
		left = func(doc any) bool { return a(doc) || b(doc) }
	}
	return left
}

func (p *jsonPattern) and() test {
	left := p.unit()
	for left != nil && p.take("&&") {
		a, b := left, p.unit()
		if b == nil {
			return nil
		}
		left = func(doc any) bool { return a(doc) && b(doc) }
	}
	return left
}

func (p *jsonPattern) unit() test {
	if p.take("(") {
		t := p.or()
		if !p.take(")") {
			return nil
		}
		return t
	}
	return p.condition()
}

// condition reads `$.path operator value`.
func (p *jsonPattern) condition() test {
	p.space()
	path := regexp.MustCompile(`^\$((\.[A-Za-z0-9_@\-]+)|(\[[0-9]+\])|(\['[^']+'\]))+`).FindString(p.rest)
	if path == "" {
		return nil
	}
	p.rest = p.rest[len(path):]
	steps := pathSteps(path)
	for _, word := range []string{"NOT EXISTS", "EXISTS", "IS TRUE", "IS FALSE", "IS NULL"} {
		if p.take(word) {
			return wordTest(steps, word)
		}
	}
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if p.take(op) {
			return p.comparison(steps, op)
		}
	}
	return nil
}

func pathSteps(path string) []string {
	var steps []string
	for _, m := range regexp.MustCompile(`\.([^.\[]+)|\[([0-9]+)\]|\['([^']+)'\]`).FindAllStringSubmatch(path, -1) {
		steps = append(steps, m[1]+m[2]+m[3])
	}
	return steps
}

func wordTest(steps []string, word string) test {
	return func(doc any) bool {
		v, found := lookup(doc, steps)
		switch word {
		case "NOT EXISTS":
			return !found
		case "EXISTS":
			return found
		case "IS TRUE":
			return v == true
		case "IS FALSE":
			return v == false
		}
		return found && v == nil
	}
}

func lookup(doc any, steps []string) (any, bool) {
	for _, step := range steps {
		switch node := doc.(type) {
		case map[string]any:
			v, ok := node[step]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(node) {
				return nil, false
			}
			doc = node[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// comparison reads the right side: a quoted or bare string with * as wildcard, a %regular expression% or a number.
func (p *jsonPattern) comparison(steps []string, op string) test {
	p.space()
	var text string
	switch {
	case strings.HasPrefix(p.rest, `"`):
		var ok bool
		if text, p.rest, ok = quoted(p.rest); !ok {
			return nil
		}
		return stringTest(steps, op, wildcard(text))
	case strings.HasPrefix(p.rest, "%"):
		expr, rest, ok := strings.Cut(p.rest[1:], "%")
		re, err := regexp.Compile(expr)
		if !ok || err != nil {
			return nil
		}
		p.rest = rest
		return stringTest(steps, op, re)
	}
	text = regexp.MustCompile(`^[^\s(){}&|]+`).FindString(p.rest)
	p.rest = p.rest[len(text):]
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return numberTest(steps, op, n)
	}
	if text == "" {
		return nil
	}
	return stringTest(steps, op, wildcard(text))
}

func wildcard(text string) *regexp.Regexp {
	parts := strings.Split(text, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, `.*`) + `$`)
}

func stringTest(steps []string, op string, re *regexp.Regexp) test {
	if op != "=" && op != "!=" {
		return nil
	}
	return func(doc any) bool {
		v, found := lookup(doc, steps)
		text, isText := v.(string)
		if n, isNumber := v.(json.Number); isNumber {
			text, isText = n.String(), true
		}
		return found && isText && re.MatchString(text) == (op == "=")
	}
}

func numberTest(steps []string, op string, want float64) test {
	return func(doc any) bool {
		v, _ := lookup(doc, steps)
		number, ok := v.(json.Number)
		if !ok {
			return false
		}
		got, err := number.Float64()
		if err != nil {
			return false
		}
		switch op {
		case "=":
			return got == want
		case "!=":
			return got != want
		case "<":
			return got < want
		case "<=":
			return got <= want
		case ">":
			return got > want
		}
		return got >= want
	}
}
