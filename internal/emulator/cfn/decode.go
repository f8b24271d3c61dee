package cfn

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// equal compares evaluated properties: a scalar is the same as its text, so 80 equals "80".
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		m, ok := b.(map[string]any)
		if !ok || len(a) != len(m) {
			return false
		}
		for k, v := range a {
			w, has := m[k]
			if !has || !equal(v, w) {
				return false
			}
		}
		return true
	case []any:
		l, ok := b.([]any)
		if !ok || len(a) != len(l) {
			return false
		}
		for i := range a {
			if !equal(a[i], l[i]) {
				return false
			}
		}
		return true
	case nil:
		return b == nil
	}
	x, okA := template.Text(a)
	y, okB := template.Text(b)
	return okA && okB && x == y
}

// fill copies properties into a struct of the SDK, or of its shape: names match whatever their case, text becomes the
// number or boolean that the field wants. Properties named in skip are left to the caller, renames maps a property to the
// field that holds it. Fields that no property names keep what they have.
func fill(into any, props map[string]any, renames map[string]string, skip ...string) error {
	v := reflect.ValueOf(into).Elem()
	for name, value := range props {
		if contains(skip, name) {
			continue
		}
		field := name
		if to, ok := renames[name]; ok {
			field = to
		}
		f := fieldNamed(v, field)
		if !f.IsValid() {
			return badProperty("#: extraneous key [%s] is not permitted", name)
		}
		if err := set(f, value, name); err != nil {
			return err
		}
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func fieldNamed(v reflect.Value, name string) reflect.Value {
	t := v.Type()
	for i := range t.NumField() {
		if t.Field(i).IsExported() && strings.EqualFold(t.Field(i).Name, name) {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func set(f reflect.Value, value any, path string) error {
	if value == nil {
		return nil
	}
	switch f.Kind() {
	case reflect.Pointer:
		p := reflect.New(f.Type().Elem())
		if err := set(p.Elem(), value, path); err != nil {
			return err
		}
		f.Set(p)
		return nil
	case reflect.Struct:
		return setStruct(f, value, path)
	case reflect.Slice:
		return setSlice(f, value, path)
	case reflect.Map:
		return setMap(f, value, path)
	}
	return setScalar(f, value, path)
}

func setStruct(f reflect.Value, value any, path string) error {
	m, ok := value.(map[string]any)
	if !ok {
		return badProperty("#/%s: expected type: JSONObject", path)
	}
	for k, x := range m {
		field := fieldNamed(f, k)
		if !field.IsValid() {
			return badProperty("#/%s: extraneous key [%s] is not permitted", path, k)
		}
		if err := set(field, x, path+"/"+k); err != nil {
			return err
		}
	}
	return nil
}

func setSlice(f reflect.Value, value any, path string) error {
	list, ok := value.([]any)
	if !ok {
		return badProperty("#/%s: expected type: JSONArray", path)
	}
	out := reflect.MakeSlice(f.Type(), len(list), len(list))
	for i, x := range list {
		if err := set(out.Index(i), x, path+"/"+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	f.Set(out)
	return nil
}

func setMap(f reflect.Value, value any, path string) error {
	m, ok := value.(map[string]any)
	if !ok || f.Type().Key().Kind() != reflect.String {
		return badProperty("#/%s: expected type: JSONObject", path)
	}
	out := reflect.MakeMap(f.Type())
	for k, x := range m {
		v := reflect.New(f.Type().Elem()).Elem()
		if err := set(v, x, path+"/"+k); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(k).Convert(f.Type().Key()), v)
	}
	f.Set(out)
	return nil
}

func setScalar(f reflect.Value, value any, path string) error {
	if f.Kind() == reflect.Interface {
		if f.NumMethod() == 0 {
			f.Set(reflect.ValueOf(value))
			return nil
		}
		return badProperty("#/%s: is not available on this endpoint", path)
	}
	text, ok := template.Text(value)
	if !ok {
		return badProperty("#/%s: expected type: %s", path, jsonType(f.Kind()))
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
		return nil
	case reflect.Bool:
		if b, err := strconv.ParseBool(text); err == nil {
			f.SetBool(b)
			return nil
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if n, err := strconv.ParseFloat(text, 64); err == nil && n == math.Trunc(n) && !f.OverflowInt(int64(n)) {
			f.SetInt(int64(n))
			return nil
		}
	case reflect.Float32, reflect.Float64:
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			f.SetFloat(n)
			return nil
		}
	}
	return badProperty("#/%s: expected type: %s, found: %q", path, jsonType(f.Kind()), text)
}

func jsonType(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "Boolean"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "Integer"
	case reflect.Float32, reflect.Float64:
		return "Number"
	}
	return "String"
}

// document renders a property that is a JSON document (a policy) as text; text stays as it is.
func document(v any) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}
