package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// xmlWriter writes values as the Query protocols answer: lists as <member> (EC2: <item>), maps as <entry>.
type xmlWriter struct {
	s *Service
	bytes.Buffer
}

func (w *xmlWriter) open(name string)  { w.WriteString("<" + name + ">") }
func (w *xmlWriter) close(name string) { w.WriteString("</" + name + ">") }

// element writes one named value.
func (w *xmlWriter) element(name string, v reflect.Value) error {
	w.open(name)
	if err := w.value(v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.close(name)
	return nil
}

func (w *xmlWriter) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return w.value(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			w.WriteString(t.UTC().Format("2006-01-02T15:04:05.000Z"))
			return nil
		}
		return w.members(v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			w.WriteString(base64.StdEncoding.EncodeToString(v.Bytes()))
			return nil
		}
		return w.list(v)
	case reflect.Map:
		return w.entries(v)
	}
	return w.scalar(v)
}

func (w *xmlWriter) scalar(v reflect.Value) error {
	switch {
	case v.Kind() == reflect.String:
		return xml.EscapeText(&w.Buffer, []byte(v.String()))
	case v.Kind() == reflect.Bool:
		w.WriteString(strconv.FormatBool(v.Bool()))
	case v.CanInt():
		w.WriteString(strconv.FormatInt(v.Int(), 10))
	case v.CanFloat():
		w.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()))
	default:
		return fmt.Errorf("a %s cannot be written as XML", v.Type())
	}
	return nil
}

func (w *xmlWriter) members(v reflect.Value) error {
	for i := range v.NumField() {
		name := w.s.name(v.Type(), v.Type().Field(i), false)
		if name == "" || absent(v.Field(i)) {
			continue
		}
		if err := w.element(name, v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

func (w *xmlWriter) list(v reflect.Value) error {
	item := "member"
	if w.s.Protocol == EC2Query {
		item = "item"
	}
	for i := range v.Len() {
		if err := w.element(item, v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (w *xmlWriter) entries(v reflect.Value) error {
	for _, key := range sortedKeys(v) {
		w.open("entry")
		if err := w.element("key", key); err != nil {
			return err
		}
		if err := w.element("value", v.MapIndex(key)); err != nil {
			return err
		}
		w.close("entry")
	}
	return nil
}
