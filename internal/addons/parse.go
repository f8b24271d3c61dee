package addons

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// maxSize is what CloudFormation takes of a template that is part of the request, in bytes. An addon cannot be larger.
const maxSize = 51_200

// maxNodes bounds what anchors and aliases may blow a file up to.
const maxNodes = 20_000

// isParameters tells whether a file holds values instead of a template.
func isParameters(name string) bool {
	base := path.Base(name)
	return base == ParametersFile || base == "addons.parameters.yaml"
}

// parse reads one YAML document that is a map. Aliases are written out: the merged template has no anchors.
func (r *reader) parse(f File) *yaml.Node {
	if len(f.Data) > maxSize {
		r.bad(nil, "CloudFormation takes no larger template from ferry", "the file has more than %d bytes", maxSize)
		return nil
	}
	var doc yaml.Node
	if err := load(f.Data, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil // an empty file says nothing
		}
		r.syntax(err)
		return nil
	}
	root := &doc
	for root.Kind == yaml.DocumentNode {
		if len(root.Content) == 0 {
			return nil
		}
		root = root.Content[0]
	}
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	left := maxNodes
	root = r.expand(root, &left, 0)
	switch {
	case root == nil:
		return nil
	case root.Kind != yaml.MappingNode:
		r.bad(root, "it begins with Resources:", "must be a CloudFormation template")
		return nil
	}
	return root
}

// load is the YAML reader's, with its panics as errors: what is read here was written by anybody.
func load(data []byte, n *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the YAML reader cannot read this file")
		}
	}()
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return loader.Load(n)
}

func (r *reader) syntax(err error) {
	at := &yaml.Node{Line: 1, Column: 1}
	message := err.Error()
	var le *yaml.LoadError
	if errors.As(err, &le) {
		message = le.Message
		if le.Mark.Line > 0 {
			at.Line, at.Column = le.Mark.Line, le.Mark.Column
		}
	}
	r.bad(at, "", "not readable as YAML: %s", message)
}

// expand copies a tree with its aliases written out and its merge keys applied.
func (r *reader) expand(n *yaml.Node, left *int, depth int) *yaml.Node {
	*left--
	if *left < 0 || depth > 64 {
		if *left > -2 || depth == 65 {
			r.bad(n, "use fewer aliases", "more than %d values or 64 levels, aliases counted as what they stand for", maxNodes)
		}
		*left = -2
		return nil
	}
	if n.Kind == yaml.AliasNode {
		if n.Alias == nil {
			return nil
		}
		return r.expand(n.Alias, left, depth+1)
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style, Line: n.Line, Column: n.Column,
		HeadComment: n.HeadComment, LineComment: n.LineComment, FootComment: n.FootComment}
	for i, c := range n.Content {
		v := r.expand(c, left, depth+1)
		if v == nil {
			return nil
		}
		if n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Tag == "!!merge" {
			out.Content = merged(out.Content[:len(out.Content)-1], v)
			continue
		}
		out.Content = append(out.Content, v)
	}
	return out
}

// merged adds the entries of a merge key that the map does not have.
func merged(content []*yaml.Node, v *yaml.Node) []*yaml.Node {
	sources := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		sources = v.Content
	}
	for _, s := range sources {
		for i := 0; i+1 < len(s.Content) && s.Kind == yaml.MappingNode; i += 2 {
			if find(&yaml.Node{Kind: yaml.MappingNode, Content: content}, s.Content[i].Value) == nil {
				content = append(content, s.Content[i], s.Content[i+1])
			}
		}
	}
	return content
}

// screamingSnake writes a logical ID as the name of a variable: usersDDBTableName becomes USERS_DDB_TABLE_NAME.
func screamingSnake(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, c := range runes {
		if i > 0 && unicode.IsUpper(c) {
			before := runes[i-1]
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(before) && before != '_' || unicode.IsUpper(before) && next {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToUpper(c))
	}
	return b.String()
}
