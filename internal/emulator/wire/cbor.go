package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/encoding/cbor"
)

// epoch is CBOR's tag of a time in seconds since 1970.
const epoch = 1

// readCBOR fills the struct that in points to from a CBOR body, by the way that JSON goes: the two differ in how a value is
// written, not in what it says.
func (s *Service) readCBOR(body []byte, in any) error {
	if len(body) == 0 {
		return nil
	}
	v, err := cbor.Decode(body)
	if err != nil {
		return s.malformed("the body is not CBOR: " + err.Error())
	}
	return s.fill(reflect.ValueOf(in).Elem(), plain(v), "")
}

// plain returns a CBOR value as the JSON decoder returns its like. Bytes stay bytes, where JSON has base64.
func plain(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.String:
		return string(v)
	case cbor.Slice:
		return []byte(v)
	case cbor.Bool:
		return bool(v)
	case cbor.List:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = plain(item)
		}
		return list
	case cbor.Map:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[key] = plain(item)
		}
		return object
	case *cbor.Tag:
		return plain(v.Value)
	}
	return plainNumber(v)
}

// plainNumber returns a number, or nil for what is none: null and undefined.
func plainNumber(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Uint:
		return json.Number(strconv.FormatUint(uint64(v), 10))
	case cbor.NegInt:
		return json.Number("-" + strconv.FormatUint(uint64(v), 10))
	case cbor.Float32:
		return json.Number(strconv.FormatFloat(float64(v), 'g', -1, 32))
	case cbor.Float64:
		return json.Number(strconv.FormatFloat(float64(v), 'g', -1, 64))
	}
	return nil
}

// cborBody returns a response's body.
func (s *Service) cborBody(v reflect.Value) ([]byte, error) {
	out, err := s.toCBOR(v)
	if err != nil {
		return nil, err
	}
	return cbor.Encode(out), nil
}

// cborError is jsonError in CBOR.
func (s *Service) cborError(err smithy.APIError) ([]byte, error) {
	out, e := s.cborMembers(members(err, messageOnly{err.ErrorMessage()}))
	if e != nil {
		return nil, e
	}
	out["__type"] = cbor.String(err.ErrorCode())
	return cbor.Encode(out), nil
}

// toCBOR returns a value as it is sent. What is left out is what JSON leaves out.
func (s *Service) toCBOR(v reflect.Value) (cbor.Value, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return &cbor.Nil{}, nil
		}
		return s.toCBOR(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return &cbor.Tag{ID: epoch, Value: cbor.Float64(float64(t.UnixMilli()) / 1000)}, nil
		}
		return s.cborMembers(v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return cbor.Slice(v.Bytes()), nil
		}
		return s.cborList(v)
	case reflect.Map:
		return s.cborMap(v)
	case reflect.Interface:
		return s.cborUnion(v)
	}
	return cborScalar(v)
}

func cborScalar(v reflect.Value) (cbor.Value, error) {
	switch {
	case v.Kind() == reflect.String:
		return cbor.String(v.String()), nil
	case v.Kind() == reflect.Bool:
		return cbor.Bool(v.Bool()), nil
	case v.CanInt() && v.Int() < 0:
		return cbor.NegInt(-uint64(v.Int())), nil
	case v.CanInt():
		return cbor.Uint(v.Int()), nil
	case v.CanFloat():
		return cbor.Float64(v.Float()), nil
	}
	return nil, fmt.Errorf("a %s cannot be written as CBOR", v.Type())
}

func (s *Service) cborMembers(v reflect.Value) (cbor.Map, error) {
	out := cbor.Map{}
	for i := range v.NumField() {
		name := s.name(v.Type(), v.Type().Field(i), false)
		if name == "" || absent(v.Field(i)) {
			continue
		}
		item, err := s.toCBOR(v.Field(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = item
	}
	return out, nil
}

// cborUnion writes a union as a map with its one member.
func (s *Service) cborUnion(v reflect.Value) (cbor.Value, error) {
	if v.IsNil() {
		return &cbor.Nil{}, nil
	}
	variant := reflect.Indirect(v.Elem())
	value := variant.FieldByName("Value")
	if !value.IsValid() {
		return nil, fmt.Errorf("a %s cannot be written as CBOR", variant.Type())
	}
	item, err := s.toCBOR(value)
	if err != nil {
		return nil, err
	}
	return cbor.Map{s.spell(variantName(v.Type(), variant.Type())): item}, nil
}

func (s *Service) cborList(v reflect.Value) (cbor.Value, error) {
	out := make(cbor.List, v.Len())
	for i := range out {
		item, err := s.toCBOR(v.Index(i))
		if err != nil {
			return nil, err
		}
		out[i] = item
	}
	return out, nil
}

func (s *Service) cborMap(v reflect.Value) (cbor.Value, error) {
	out := cbor.Map{}
	for _, key := range v.MapKeys() {
		item, err := s.toCBOR(v.MapIndex(key))
		if err != nil {
			return nil, err
		}
		out[key.String()] = item
	}
	return out, nil
}
