package workspace

import (
	"bytes"
	"encoding/json"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// schemaFile is the JSON Schema of manifests beside them, so that editors complete and check offline, by the fields of the
// ferry that wrote it.
const schemaFile = ".schema.json"

// modeline is the comment by which the YAML language server finds the schema of a file that lies depth directories below
// the workspace's root.
// https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
func modeline(depth int) []byte {
	return []byte("# yaml-language-server: $schema=" + strings.Repeat("../", depth) + schemaFile + "\n")
}

func editorSchema() ([]byte, error) {
	schema, err := manifest.JSONSchema()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Compact(&out, schema); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
