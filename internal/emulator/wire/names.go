package wire

import (
	"reflect"
	"unicode"
	"unicode/utf8"
)

// name returns a struct field's name on the wire, or "" for a field that is not sent: the SDK's bookkeeping.
// A tag `wire:"name"` on our own structs and the service's Names override the rule; EC2 capitalises names in requests.
func (s *Service) name(t reflect.Type, f reflect.StructField, request bool) string {
	if !f.IsExported() || f.Name == "ResultMetadata" || f.Name == "ErrorCodeOverride" {
		return ""
	}
	name := f.Tag.Get("wire")
	if odd, ok := s.Names[t.Name()+"."+f.Name]; ok {
		name = odd
	}
	if name == "" {
		name = s.spell(f.Name)
	}
	if s.Protocol == EC2Query && request {
		return upperFirst(name)
	}
	return name
}

// spell turns a Go name into the service's spelling.
func (s *Service) spell(name string) string {
	if s.Protocol == Query || s.Protocol != EC2Query && s.PascalNames {
		return name
	}
	return lowerFirst(name)
}

// field returns the struct's field that has the name in requests.
func (s *Service) field(v reflect.Value, name string) (reflect.Value, bool) {
	t := v.Type()
	for i := range t.NumField() {
		if s.name(t, t.Field(i), true) == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// variant returns a new value of the union's variant of that name.
func (s *Service) variant(union reflect.Type, name string) (reflect.Value, bool) {
	for _, u := range s.Unions {
		t := reflect.TypeOf(u)
		if t.Implements(union) && s.spell(variantName(union, t)) == name {
			return reflect.New(t.Elem()), true
		}
	}
	return reflect.Value{}, false
}

// variantName returns Y for the SDK's type XMemberY of the union X.
func variantName(union, t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()[min(len(union.Name()+"Member"), len(t.Name())):]
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
