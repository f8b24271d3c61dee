package manifest

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"ferry.dev/ferry/internal/diag"
	"go.yaml.in/yaml/v4"
)

// MaxSize is how many bytes a manifest may have: who reads one needs no more than one beyond it.
const MaxSize = 1 << 20

// What a manifest may hold at most. Aliases count as what they stand for, so that a few lines cannot become gigabytes.
const (
	maxNodes = 20_000
	maxDepth = 64
)

// parse reads one YAML document into a tree. A tree is there (document.root) exactly when the document is a mapping;
// mistakes below the root are reported and left out of the tree.
func parse(file string, src []byte) *document {
	d := &document{file: file, src: src}
	if !d.readable() {
		return d
	}
	first, ok := d.load()
	if !ok {
		return d
	}
	c := converter{doc: d, left: maxNodes}
	root := c.convert(first, nil, 0)
	switch {
	case root == nil || root.kind == null:
		d.report(diag.Error, place{1, 1}, nil, "write at least name and type", "the manifest is empty")
	case root.kind != mapping:
		d.report(diag.Error, place{root.line, root.col}, nil, "write fields as key: value", "the manifest must be a map of fields, not %s", root.noun())
	default:
		d.root = root
	}
	return d
}

// readable refuses what the YAML reader would not give a place for.
func (d *document) readable() bool {
	if len(d.src) > MaxSize {
		d.report(diag.Error, place{}, nil, "", "the file has more than %d KiB: that is no manifest", MaxSize>>10)
		return false
	}
	line, col := 1, 1
	for i := 0; i < len(d.src); {
		r, size := utf8.DecodeRune(d.src[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			d.report(diag.Error, place{line, col}, nil, "save the file as UTF-8", "byte 0x%02x is not valid UTF-8", d.src[i])
			return false
		case r == '\n':
			line, col = line+1, 0
		case r == '\r' && (i+1 == len(d.src) || d.src[i+1] != '\n'):
			d.report(diag.Error, place{line, col}, nil, "save the file with line feeds", "a line ends in a carriage return alone")
			return false
		case r < ' ' && r != '\t' && r != '\r', r == 0x7f:
			d.report(diag.Error, place{line, col}, nil, "remove it", "control character 0x%02x is not allowed", r)
			return false
		}
		i, col = i+size, col+1
	}
	return true
}

// load reads the only YAML document of the source.
func (d *document) load() (*yaml.Node, bool) {
	loader, err := yaml.NewLoader(bytes.NewReader(d.src), yaml.WithUniqueKeys(false))
	if err != nil {
		d.syntax(err)
		return nil, false
	}
	first := new(yaml.Node)
	if err := loadNode(loader, first); errors.Is(err, io.EOF) {
		d.report(diag.Error, place{1, 1}, nil, "write at least name and type", "the manifest is empty")
		return nil, false
	} else if err != nil {
		d.syntax(err)
		return nil, false
	}
	var second yaml.Node
	if err := loadNode(loader, &second); err == nil && holdsSomething(&second) {
		d.report(diag.Error, place{second.Line, second.Column}, nil, "keep one document per file", "a second YAML document begins here")
	} else if err != nil && !errors.Is(err, io.EOF) {
		d.syntax(err)
	}
	return first, true
}

// loadNode is the loader's Load with its panics as errors: what is read here was written by anybody.
func loadNode(l *yaml.Loader, n *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the YAML reader cannot read this file")
		}
	}()
	return l.Load(n)
}

func holdsSomething(doc *yaml.Node) bool {
	return len(doc.Content) > 0 && doc.Content[0].Tag != "!!null"
}

// syntax reports what the YAML reader said, in its words but without its wrapping.
func (d *document) syntax(err error) {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		d.report(diag.Error, place{1, 1}, nil, "", "not readable as YAML: %v", err)
		return
	}
	at := place{le.Mark.Line, le.Mark.Column}
	if at.line == 0 {
		at = place{1, 1}
	}
	message, hint := le.Message, ""
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		hint = "check the indentation, and quote a value that holds \": \""
	case strings.Contains(message, "cannot start any token") && strings.HasPrefix(strings.TrimLeft(d.sourceLine(at.line), " "), "\t"):
		hint = "indent with spaces: YAML forbids tabs"
	case strings.Contains(message, "cannot start any token"):
		hint = "quote the value"
	case strings.Contains(message, "unknown escape"):
		hint = "write the value in single quotes"
	}
	if le.ContextMsg != "" {
		message = le.ContextMsg + " (line " + strconv.Itoa(le.ContextMark.Line) + "): " + message
	}
	d.report(diag.Error, at, nil, hint, "not readable as YAML: %s", message)
}
