package patch

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// JSON writes a tree as JSON, its maps in their order. Indentation is the caller's, with json.Indent. A value that JSON does not
// have, such as a function of CloudFormation's, is an error.
func JSON(n *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	if err := write(&b, n); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func write(b *bytes.Buffer, n *yaml.Node) error {
	switch {
	case n.Kind == yaml.MappingNode && n.Tag == "!!map":
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := text(b, n.Content[i].Value); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := write(b, n.Content[i+1]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case n.Kind == yaml.SequenceNode && n.Tag == "!!seq":
		b.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, c); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case n.Kind == yaml.ScalarNode:
		return scalar(b, n)
	}
	return fmt.Errorf("line %d: %s has no meaning outside of a CloudFormation template", n.Line, n.Tag)
}

func scalar(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Tag {
	case "!!null":
		b.WriteString("null")
		return nil
	case "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return fmt.Errorf("line %d: %w", n.Line, err)
		}
		out, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("line %d: %s is no JSON number", n.Line, n.Value)
		}
		b.Write(out)
		return nil
	case "!!str", "!!timestamp", "":
		return text(b, n.Value)
	}
	return fmt.Errorf("line %d: %s has no meaning outside of a CloudFormation template", n.Line, n.Tag)
}

// text writes a string, with no more escapes than JSON needs.
func text(b *bytes.Buffer, s string) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}
