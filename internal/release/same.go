package release

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
)

// difference is one place where two values differ. Old and New are the values; an absent one is the zero Value.
type difference struct {
	path     []string
	old, new reflect.Value
}

// differences walks two values of one type. Nothing, null, zero, "", [], {} and false are all alike: a default other than
// these must be filled in before. Lists whose elements have a Name are compared by name and walked; other lists are compared
// as they are, so those without an order must be sorted before.
func differences(path []string, old, new reflect.Value) []difference {
	if vacant(old) && vacant(new) {
		return nil
	}
	switch {
	case old.Kind() == reflect.Map:
		return mapDifferences(path, index(old), index(new))
	case old.Kind() == reflect.Slice && named(old.Type().Elem()):
		return mapDifferences(path, byName(old), byName(new))
	case vacant(old) || vacant(new):
		return []difference{{path, old, new}}
	}
	switch old.Kind() {
	case reflect.Pointer:
		return differences(path, old.Elem(), new.Elem())
	case reflect.Interface:
		return openDifferences(path, old, new)
	case reflect.Struct:
		return structDifferences(path, old, new)
	case reflect.Slice:
		return sliceDifferences(path, old, new)
	}
	if old.Equal(new) {
		return nil
	}
	return []difference{{path, old, new}}
}

// openDifferences compares two documents as JSON, and two unions by their members.
func openDifferences(path []string, old, new reflect.Value) []difference {
	o, is := old.Interface().(document.Interface)
	if n, too := new.Interface().(document.Interface); is && too && sameDocument(o, n) {
		return nil
	}
	if !is && old.Elem().Type() == new.Elem().Type() {
		return differences(path, old.Elem(), new.Elem())
	}
	return []difference{{path, old, new}}
}

func sameDocument(a, b document.Interface) bool {
	one, errOne := documentTree(a)
	other, errOther := documentTree(b)
	return errOne == nil && errOther == nil && reflect.DeepEqual(one, other)
}

// documentTree reads a document as encoding/json would: an order of keys, or 1 and 1.0, make no other document.
func documentTree(d document.Interface) (tree any, err error) {
	text, err := d.MarshalSmithyDocument()
	if err == nil {
		err = json.Unmarshal(text, &tree)
	}
	return tree, err
}

func structDifferences(path []string, old, new reflect.Value) []difference {
	var all []difference
	for i := range old.NumField() {
		f := old.Type().Field(i)
		if f.IsExported() {
			all = append(all, differences(join(path, f.Name), old.Field(i), new.Field(i))...)
		}
	}
	return all
}

func mapDifferences(path []string, old, new map[string]reflect.Value) []difference {
	var all []difference
	keys := map[string]bool{}
	for k := range old {
		keys[k] = true
	}
	for k := range new {
		keys[k] = true
	}
	for _, k := range sortedKeys(keys) {
		o, hadOld := old[k]
		n, hasNew := new[k]
		switch {
		case hadOld && hasNew:
			all = append(all, differences(join(path, k), o, n)...)
		default:
			all = append(all, difference{join(path, k), o, n})
		}
	}
	return all
}

func sliceDifferences(path []string, old, new reflect.Value) []difference {
	if old.Len() != new.Len() {
		return []difference{{path, old, new}}
	}
	for i := range old.Len() {
		if len(differences(nil, old.Index(i), new.Index(i))) > 0 {
			return []difference{{path, old, new}}
		}
	}
	return nil
}

// vacant tells whether a value says nothing: zero, empty, or made of nothing but vacant fields.
func vacant(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Interface:
		if v.IsNil() {
			return true
		}
		_, is := v.Interface().(document.Interface) // it says something, whatever it is
		return !is && vacant(v.Elem())
	case reflect.Pointer:
		return v.IsNil() || vacant(v.Elem())
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !vacant(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

func named(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	f, ok := t.FieldByName("Name")
	return ok && f.Type.Kind() == reflect.Pointer
}

// byName indexes a list by the elements' Name. Elements that share one get a number, so that none hides another.
func byName(list reflect.Value) map[string]reflect.Value {
	m := map[string]reflect.Value{}
	for i := range list.Len() {
		name := ""
		if p := list.Index(i).FieldByName("Name"); !p.IsNil() {
			name = p.Elem().String()
		}
		for n := 2; m[name].IsValid(); n++ {
			name = fmt.Sprintf("%s#%d", name, n)
		}
		m[name] = list.Index(i)
	}
	return m
}

func index(v reflect.Value) map[string]reflect.Value {
	m := map[string]reflect.Value{}
	for it := v.MapRange(); it.Next(); {
		m[fmt.Sprint(it.Key().Interface())] = it.Value()
	}
	return m
}

func join(path []string, next string) []string { return append(slices.Clone(path), next) }

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
