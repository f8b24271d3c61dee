package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/document"
)

// jsonWriter writes values in awsJson 1.1. What is nil, and what is an empty string in a struct, is left out;
// numbers and bools that are no pointers are always there, as AWS sends them.
type jsonWriter struct {
	s *Service
	bytes.Buffer
}

func (w *jsonWriter) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			w.WriteString("null")
			return nil
		}
		return w.value(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			w.WriteString(strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64))
			return nil
		}
		return w.structure(v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return w.text(base64.StdEncoding.EncodeToString(v.Bytes()))
		}
		return w.list(v)
	case reflect.Map:
		return w.object(v)
	case reflect.Interface:
		return w.dynamic(v)
	}
	return w.scalar(v)
}

func (w *jsonWriter) scalar(v reflect.Value) error {
	switch {
	case v.Kind() == reflect.String:
		return w.text(v.String())
	case v.Kind() == reflect.Bool:
		w.WriteString(strconv.FormatBool(v.Bool()))
	case v.CanInt():
		w.WriteString(strconv.FormatInt(v.Int(), 10))
	case v.CanFloat() && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)):
		return w.text(strings.NewReplacer("+Inf", "Infinity", "-Inf", "-Infinity").Replace(fmt.Sprint(v.Float())))
	case v.CanFloat():
		w.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()))
	default:
		return fmt.Errorf("a %s cannot be written as JSON", v.Type())
	}
	return nil
}

func (w *jsonWriter) text(s string) error {
	e := json.NewEncoder(&w.Buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	w.Truncate(w.Len() - 1) // the encoder's newline
	return nil
}

func (w *jsonWriter) structure(v reflect.Value) error {
	w.WriteByte('{')
	if err := w.members(v, false); err != nil {
		return err
	}
	w.WriteByte('}')
	return nil
}

// members writes a struct's members without the braces; more says that something stands before them.
func (w *jsonWriter) members(v reflect.Value, more bool) error {
	for i := range v.NumField() {
		name := w.s.name(v.Type(), v.Type().Field(i), false)
		if name == "" || absent(v.Field(i)) {
			continue
		}
		if more {
			w.WriteByte(',')
		}
		more = true
		w.WriteString(strconv.Quote(name) + ":")
		if err := w.value(v.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (w *jsonWriter) list(v reflect.Value) error {
	w.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			w.WriteByte(',')
		}
		if err := w.value(v.Index(i)); err != nil {
			return err
		}
	}
	w.WriteByte(']')
	return nil
}

func (w *jsonWriter) object(v reflect.Value) error {
	w.WriteByte('{')
	for i, key := range sortedKeys(v) {
		if i > 0 {
			w.WriteByte(',')
		}
		if err := w.text(key.String()); err != nil {
			return err
		}
		w.WriteByte(':')
		if err := w.value(v.MapIndex(key)); err != nil {
			return err
		}
	}
	w.WriteByte('}')
	return nil
}

// dynamic writes a document, or a union as an object with its one member.
func (w *jsonWriter) dynamic(v reflect.Value) error {
	if v.IsNil() {
		w.WriteString("null")
		return nil
	}
	if d, ok := v.Interface().(document.Marshaler); ok {
		raw, err := d.MarshalSmithyDocument()
		w.Write(raw)
		return err
	}
	variant := reflect.Indirect(v.Elem())
	w.WriteString("{" + strconv.Quote(w.s.spell(variantName(v.Type(), variant.Type()))) + ":")
	if err := w.value(variant.FieldByName("Value")); err != nil {
		return err
	}
	w.WriteByte('}')
	return nil
}

// absent says whether a member is left out of a response.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}

func sortedKeys(v reflect.Value) []reflect.Value {
	return slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int {
		return strings.Compare(a.String(), b.String())
	})
}
