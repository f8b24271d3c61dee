package render

import (
	"bytes"
	"encoding/json"
	"fmt"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/patch"
)

// overridden writes a task definition as a document, after the manifest's last changes to it and the workspace's patches.
func overridden(t taskDefinition, overrides []manifest.TaskdefOverride, patches []patch.Op) ([]byte, error) {
	if len(overrides) == 0 {
		return document(t, patches)
	}
	text, err := encode(t, "")
	if err != nil {
		return nil, err
	}
	var tree any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	for _, o := range overrides {
		steps, value, err := o.Resolve()
		if err == nil {
			tree, err = put(tree, steps, value)
		}
		if err != nil {
			return nil, &fault.Error{Code: fault.Usage, What: "taskdef_overrides: " + o.Path + " cannot be changed", Err: err}
		}
	}
	return document(tree, patches)
}

// put returns the tree with a value at the end of a way. What is missing on the way is made; nothing as a value takes the
// property away.
func put(tree any, way []manifest.TaskdefStep, value any) (any, error) {
	if len(way) == 0 {
		return value, nil
	}
	if way[0].Key != "" {
		return putKey(tree, way, value)
	}
	list, _ := tree.([]any)
	i := way[0].Index
	if i < 0 {
		list, i = append(list, nil), len(list)
	}
	if i >= len(list) {
		return nil, fmt.Errorf("there is no item [%d]: the list has %d", i, len(list))
	}
	item, err := put(list[i], way[1:], value)
	list[i] = item
	return list, err
}

func putKey(tree any, way []manifest.TaskdefStep, value any) (any, error) {
	m, ok := tree.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	child, err := put(m[way[0].Key], way[1:], value)
	if err != nil {
		return nil, err
	}
	if m[way[0].Key] = child; child == nil {
		delete(m, way[0].Key)
	}
	return m, nil
}
