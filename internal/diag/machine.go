package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteJSON writes the list as one JSON array on one line: [] when it is empty.
func WriteJSON(w io.Writer, list List) error {
	if list == nil {
		list = List{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(list)
}

// WriteGitHub writes one workflow command per diagnostic, which GitHub shows beside the line in a pull request.
// The format is that of https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
func WriteGitHub(w io.Writer, list List) error {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	var b strings.Builder
	for _, d := range list {
		var props []string
		add := func(name, value string, known bool) {
			if known {
				props = append(props, name+"="+property.Replace(value))
			}
		}
		add("file", d.File, d.File != "")
		add("line", fmt.Sprint(d.Line), d.Line > 0)
		add("col", fmt.Sprint(d.Column), d.Column > 0)
		add("endColumn", fmt.Sprint(d.EndColumn), d.EndColumn > d.Column)
		text := d.Message
		if d.Path != "" {
			text = d.Path + ": " + text
		}
		if d.Hint != "" {
			text += "\nhint: " + d.Hint
		}
		b.WriteString("::" + string(d.Severity))
		if len(props) > 0 {
			b.WriteString(" " + strings.Join(props, ","))
		}
		b.WriteString("::" + message.Replace(text) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
