package wiretest

import (
	"fmt"
	"reflect"
	"time"
)

// Filler gives every member of a structure a value of its own.
type Filler struct {
	Interface func(t reflect.Type) any // a value for a union or document; nil leaves it out
	n         int
}

// Fill fills what p points to. Structures that contain themselves end after a few levels.
func (f *Filler) Fill(p any) { f.fill(reflect.ValueOf(p).Elem(), 0) }

const deepest = 12

func (f *Filler) fill(v reflect.Value, depth int) {
	f.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("<text & %d>", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n%1000) + 1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.n) + 0.5)
	case reflect.Uint8:
		v.SetUint(uint64(f.n % 256))
	case reflect.Interface:
		f.fillInterface(v, depth)
	default:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, f.n%60, 250_000_000, time.UTC)))
		} else if depth < deepest {
			f.fillParts(v, depth+1)
		}
	}
}

func (f *Filler) fillParts(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0), depth)
		f.fill(v.Index(1), depth)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, depth)
		f.fill(value, depth)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if sf := v.Type().Field(i); sf.IsExported() && sf.Name != "ResultMetadata" {
				f.fill(v.Field(i), depth)
			}
		}
	}
}

func (f *Filler) fillInterface(v reflect.Value, depth int) {
	if f.Interface == nil {
		return
	}
	x := f.Interface(v.Type())
	if x == nil {
		return
	}
	value := reflect.ValueOf(x)
	if value.Kind() == reflect.Pointer {
		if inner := value.Elem().FieldByName("Value"); inner.IsValid() && inner.CanSet() {
			f.fill(inner, depth+1)
		}
	}
	v.Set(value)
}
