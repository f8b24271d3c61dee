package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/smithy-go/document"
)

// readJSON fills the struct that in points to from an awsJson 1.1 body. Unknown members are ignored, as AWS does.
func (s *Service) readJSON(body []byte, in any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return s.malformed("the body is not JSON: " + err.Error())
	}
	if _, err := d.Token(); err != io.EOF {
		return s.malformed("the body goes on after the end of the JSON value")
	}
	return s.fill(reflect.ValueOf(in).Elem(), tree, "")
}

// fill sets v from a decoded JSON value; path is where it stands in the body, for the error.
func (s *Service) fill(v reflect.Value, from any, path string) error {
	if from == nil {
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		if t, ok := from.(json.Number); ok && v.Type() == reflect.TypeFor[*time.Time]() {
			return s.fillTime(v, t, path)
		}
		p := reflect.New(v.Type().Elem())
		v.Set(p)
		return s.fill(p.Elem(), from, path)
	case reflect.Struct:
		return s.fillStruct(v, from, path)
	case reflect.Slice:
		return s.fillSlice(v, from, path)
	case reflect.Map:
		return s.fillMap(v, from, path)
	case reflect.Interface:
		return s.fillInterface(v, from, path)
	}
	if err := setScalar(v, from); err != nil {
		return s.malformed(fmt.Sprintf("%s: %v", path, err))
	}
	return nil
}

func (s *Service) fillTime(v reflect.Value, n json.Number, path string) error {
	f, err := n.Float64()
	if err != nil || math.Abs(f) > 1<<40 {
		return s.malformed(path + ": not a time in seconds")
	}
	t := time.UnixMilli(int64(math.Round(f * 1000))).UTC()
	v.Set(reflect.ValueOf(&t))
	return nil
}

func (s *Service) fillStruct(v reflect.Value, from any, path string) error {
	object, ok := from.(map[string]any)
	if !ok || v.Type() == reflect.TypeFor[time.Time]() {
		return s.malformed(path + ": " + kindOf(from) + " can not be converted to a structure")
	}
	for key, value := range object {
		f, ok := s.field(v, key)
		if !ok {
			continue
		}
		if err := s.fill(f, value, path+"."+key); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) fillSlice(v reflect.Value, from any, path string) error {
	if raw, ok := from.([]byte); ok && v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes(raw)
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		text, ok := from.(string)
		b, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil {
			return s.malformed(path + ": not a base64 string")
		}
		v.SetBytes(b)
		return nil
	}
	list, ok := from.([]any)
	if !ok {
		return s.malformed(path + ": " + kindOf(from) + " can not be converted to a list")
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, item := range list {
		if err := s.fill(v.Index(i), item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) fillMap(v reflect.Value, from any, path string) error {
	object, ok := from.(map[string]any)
	if !ok {
		return s.malformed(path + ": " + kindOf(from) + " can not be converted to a map")
	}
	m := reflect.MakeMapWithSize(v.Type(), len(object))
	for key, value := range object {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := s.fill(item, value, path+"."+key); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
	v.Set(m)
	return nil
}

// fillInterface sets a document, or a union from an object that has exactly one known member.
func (s *Service) fillInterface(v reflect.Value, from any, path string) error {
	if v.Type().Implements(reflect.TypeFor[document.Marshaler]()) {
		if s.Document == nil {
			return s.malformed(path + ": documents are not supported")
		}
		doc := reflect.ValueOf(s.Document(documentValue(from)))
		if !doc.Type().AssignableTo(v.Type()) {
			return s.malformed(path + ": documents are not supported")
		}
		v.Set(doc)
		return nil
	}
	object, ok := from.(map[string]any)
	if !ok || len(object) != 1 {
		return s.malformed(path + ": a union takes exactly one member")
	}
	for key, value := range object {
		p, ok := s.variant(v.Type(), key)
		if !ok {
			return s.malformed(path + ": unknown member " + key)
		}
		if err := s.fill(p.Elem().FieldByName("Value"), value, path+"."+key); err != nil {
			return err
		}
		v.Set(p)
	}
	return nil
}

// documentValue turns the decoder's numbers into the SDK's, all the way down.
func documentValue(v any) any {
	switch v := v.(type) {
	case json.Number:
		return document.Number(v)
	case []any:
		for i := range v {
			v[i] = documentValue(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = documentValue(v[k])
		}
	}
	return v
}

// setScalar sets a string, number or bool from a JSON value of the matching kind.
func setScalar(v reflect.Value, from any) error {
	switch from := from.(type) {
	case string:
		if v.Kind() == reflect.String {
			v.SetString(from)
			return nil
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(from)
			return nil
		}
	case json.Number:
		if v.CanInt() || v.CanFloat() {
			return setNumber(v, from.String())
		}
	}
	return fmt.Errorf("%s can not be converted to %s", kindOf(from), v.Kind())
}

func setNumber(v reflect.Value, text string) error {
	if v.CanFloat() {
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetFloat(f)
		return nil
	}
	n, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil {
		return fmt.Errorf("%q is not an integer of %d bits", text, v.Type().Bits())
	}
	v.SetInt(n)
	return nil
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "STRING_VALUE"
	case bool:
		return "BOOLEAN_VALUE"
	case json.Number:
		return "NUMBER_VALUE"
	case []any:
		return "START_ARRAY"
	case []byte:
		return "BINARY_VALUE"
	}
	return "START_OBJECT"
}
