package release

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// decode relies on encoding/json matching keys without regard to case: the SDK's structs carry no tags, and the API's
// member names are their field names with a small first letter. What the SDK has an interface for, a document or a union,
// encoding/json cannot fill: it is taken out of the text before and put in afterwards.
func decode(src []byte, into any) error {
	var tree any
	if err := exact(src, &tree); err != nil {
		return err
	}
	target := reflect.ValueOf(into).Elem()
	open := cutOpen(target.Type(), tree, nil)
	src, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	for _, o := range open {
		if err := o.put(target); err != nil {
			return err
		}
	}
	return nil
}

// exact decodes JSON with its numbers as they are written.
func exact(src []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	return d.Decode(into)
}

// open is a value whose Go type is an interface, and the way to it: names of fields and, as ints, places in lists.
type open struct {
	way   []any
	value any
}

// cutOpen takes all such values out of a tree that is meant for a type.
func cutOpen(t reflect.Type, tree any, way []any) []open {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var found []open
	switch node := tree.(type) {
	case []any:
		if t.Kind() != reflect.Slice {
			return nil
		}
		for i, item := range node {
			found = append(found, cutOpen(t.Elem(), item, append(way[:len(way):len(way)], i))...)
		}
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return nil
		}
		for key, value := range node {
			f, ok := t.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, key) })
			if !ok {
				continue // the decoder says so
			}
			here := append(way[:len(way):len(way)], f.Name)
			if isOpen(f.Type) {
				found = append(found, open{here, value})
				delete(node, key)
				continue
			}
			found = append(found, cutOpen(f.Type, value, here)...)
		}
	}
	return found
}

func isOpen(t reflect.Type) bool {
	return t.Kind() == reflect.Interface || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Interface
}

// put sets the value where the way leads; all that it leads through has been decoded.
func (o open) put(v reflect.Value) error {
	for _, step := range o.way {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch step := step.(type) {
		case int:
			v = v.Index(step)
		case string:
			v = v.FieldByName(step)
		}
	}
	if v.Kind() == reflect.Interface {
		return setOpen(v, o.value)
	}
	items, ok := o.value.([]any)
	if !ok && o.value != nil {
		return fmt.Errorf("%v: a list is wanted", o.way)
	}
	list := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		if err := setOpen(list.Index(i), item); err != nil {
			return fmt.Errorf("%v: %w", o.way, err)
		}
	}
	v.Set(list)
	return nil
}

// setOpen sets a document, or one of the unions that ECS has.
func setOpen(v reflect.Value, value any) error {
	if v.Type() == reflect.TypeFor[document.Interface]() {
		if value != nil {
			v.Set(reflect.ValueOf(document.NewLazyDocument(plainNumbers(value))))
		}
		return nil
	}
	members := map[string]any{}
	switch v.Type() {
	case reflect.TypeFor[types.ServiceConnectContainerConfiguration]():
		members["logLevel"] = new(types.ServiceConnectContainerConfigurationMemberLogLevel)
	case reflect.TypeFor[types.SharingStrategy]():
		members["nvidiaMps"] = new(types.SharingStrategyMemberNvidiaMps)
	}
	object, ok := value.(map[string]any)
	if !ok || len(object) != 1 {
		return fmt.Errorf("%s: an object with exactly one member is wanted", v.Type().Name())
	}
	for key, inner := range object {
		member, known := members[key]
		if !known {
			return fmt.Errorf("%s: unknown member %q", v.Type().Name(), key)
		}
		src, err := json.Marshal(inner)
		if err == nil {
			err = decode(src, reflect.ValueOf(member).Elem().FieldByName("Value").Addr().Interface())
		}
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(member))
	}
	return nil
}

// plainNumbers turns numbers into those that the SDK writes: whole ones stay whole.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plainNumbers(v[key])
		}
	}
	return v
}

// clone copies a value deeply, so that filling in defaults leaves the original alone. What stands behind an interface, a
// document or a union, is shared: nobody fills anything in there.
func clone[T any](in T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	copyDeep(out, reflect.ValueOf(in))
	return out.Interface().(T) //nolint:forcetypeassert,errcheck // out is a T
}

func copyDeep(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Pointer:
		if from.IsNil() {
			return
		}
		to.Set(reflect.New(from.Type().Elem()))
		copyDeep(to.Elem(), from.Elem())
	case reflect.Struct:
		to.Set(from)
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() {
				copyDeep(to.Field(i), from.Field(i))
			}
		}
	case reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyDeep(to.Index(i), from.Index(i))
		}
	case reflect.Map:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeMapWithSize(from.Type(), from.Len()))
		for it := from.MapRange(); it.Next(); {
			to.SetMapIndex(it.Key(), it.Value())
		}
	default:
		to.Set(from)
	}
}
