package wire

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxDepth is more than any input of AWS needs and keeps a hostile key from costing anything.
const maxDepth = 40

// node is one level of a query request: Tags.member.1.Key=… is four of them.
type node struct {
	value string
	leaf  bool // the key itself was given
	kids  map[string]*node
}

// readQuery fills the struct that in points to from the form of an awsQuery or ec2Query request.
func (s *Service) readQuery(form url.Values, in any) error {
	root := &node{kids: map[string]*node{}}
	for key, values := range form {
		if key == "Action" || key == "Version" || strings.HasPrefix(key, "X-Amz-") {
			continue
		}
		if err := root.add(key, values[0]); err != nil {
			return s.malformed(err.Error())
		}
	}
	return s.take(reflect.ValueOf(in).Elem(), root, "")
}

func (n *node) add(key, value string) error {
	parts := strings.Split(key, ".")
	if len(parts) > maxDepth {
		return fmt.Errorf("the parameter %.60s… is nested too deeply", key)
	}
	for _, part := range parts {
		if n.kids == nil {
			n.kids = map[string]*node{}
		}
		if n.kids[part] == nil {
			n.kids[part] = &node{}
		}
		n = n.kids[part]
	}
	n.value, n.leaf = value, true
	return nil
}

// take sets v from a node; path is the parameter's name so far, for the error.
func (s *Service) take(v reflect.Value, n *node, path string) error {
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		v.Set(p)
		return s.take(p.Elem(), n, path)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return s.takeTime(v, n, path)
		}
		return s.takeStruct(v, n, path)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			return s.takeSlice(v, n, path)
		}
	case reflect.Map:
		return s.takeMap(v, n, path)
	case reflect.Interface:
		return s.takeUnion(v, n, path)
	}
	if len(n.kids) > 0 {
		return s.malformed("the parameter " + path + " takes one value and has parts")
	}
	if err := setText(v, n.value); err != nil {
		return s.malformed(fmt.Sprintf("the parameter %s: %v", path, err))
	}
	return nil
}

func (s *Service) takeTime(v reflect.Value, n *node, path string) error {
	t, err := time.Parse(time.RFC3339Nano, n.value)
	if err != nil {
		return s.malformed("the parameter " + path + " is not a time in the form 2006-01-02T15:04:05Z")
	}
	v.Set(reflect.ValueOf(t.UTC()))
	return nil
}

func (s *Service) takeStruct(v reflect.Value, n *node, path string) error {
	if n.leaf && n.value != "" {
		return s.malformed("the parameter " + path + " is a structure and has a plain value")
	}
	for _, key := range slices.Sorted(maps.Keys(n.kids)) {
		full := strings.TrimPrefix(path+"."+key, ".")
		f, ok := s.field(v, key)
		switch {
		case ok:
			if err := s.take(f, n.kids[key], full); err != nil {
				return err
			}
		case s.Protocol == EC2Query: // the other Query services ignore what they do not know
			return &Error{Code: "UnknownParameter", Message: "The parameter " + full + " is not recognized"}
		}
	}
	return nil
}

// takeSlice reads X.member.N, or X.N for EC2. X= alone is the empty list.
func (s *Service) takeSlice(v reflect.Value, n *node, path string) error {
	items := n
	if s.Protocol == Query {
		items = n.kids["member"]
	}
	order, err := items.indexes()
	if err != nil || n.leaf && n.value != "" {
		return s.malformed("the parameter " + path + " is a list and is not numbered from 1")
	}
	v.Set(reflect.MakeSlice(v.Type(), len(order), len(order)))
	for i, key := range order {
		if err := s.take(v.Index(i), items.kids[key], path+"."+key); err != nil {
			return err
		}
	}
	return nil
}

// indexes returns the numbered parts of a list in their order; gaps are closed, as AWS does.
func (n *node) indexes() ([]string, error) {
	if n == nil {
		return nil, nil
	}
	keys := slices.Collect(maps.Keys(n.kids))
	for _, k := range keys {
		if i, err := strconv.ParseUint(k, 10, 31); err != nil || i == 0 {
			return nil, fmt.Errorf("%q is no index", k)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
	return keys, nil
}

// takeMap reads X.entry.N.key and X.entry.N.value; SNS says Name and Value for the attributes of messages.
func (s *Service) takeMap(v reflect.Value, n *node, path string) error {
	entries := n.kids["entry"]
	order, err := entries.indexes()
	if err != nil {
		return s.malformed("the parameter " + path + " is a map and its entries are not numbered from 1")
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, i := range order {
		key, value := entries.kids[i].either("key", "Name"), entries.kids[i].either("value", "Value")
		if key == nil || value == nil {
			return s.malformed("the parameter " + path + " has an entry without key or value")
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if err := s.take(item, value, path+"."+i); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(key.value).Convert(v.Type().Key()), item)
	}
	return nil
}

// either returns the part that has one of two names.
func (n *node) either(name, other string) *node {
	if kid := n.kids[name]; kid != nil {
		return kid
	}
	return n.kids[other]
}

// takeUnion reads a union: exactly one of its variants.
func (s *Service) takeUnion(v reflect.Value, n *node, path string) error {
	for key, kid := range n.kids {
		p, ok := s.variant(v.Type(), key)
		if !ok || len(n.kids) != 1 {
			break
		}
		if err := s.take(p.Elem().FieldByName("Value"), kid, path+"."+key); err != nil {
			return err
		}
		v.Set(p)
		return nil
	}
	return s.malformed("the parameter " + path + " is a union and takes exactly one known member")
}

// setText sets a scalar from the text of a form.
func setText(v reflect.Value, text string) error {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case v.CanInt() || v.CanFloat():
		return setNumber(v, text)
	case v.Kind() == reflect.Slice:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("not base64")
		}
		v.SetBytes(b)
	default:
		return fmt.Errorf("a %s cannot be sent in a form", v.Type())
	}
	return nil
}
