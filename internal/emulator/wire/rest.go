package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// Route is where an operation of a REST service is called, and which members of its input stand outside the body.
type Route struct {
	Method string
	Path   string            // with the names of members in braces: "/schedules/{Name}"
	Query  map[string]string // parameter → member
}

// route finds the operation of a request, and the members that its path and its query hold.
func (s *Service) route(r *http.Request) (operation string, members map[string][]string, ok bool) {
	path := strings.Split(r.URL.EscapedPath(), "/")
	for name, route := range s.Routes {
		if route.Method != r.Method {
			continue
		}
		if members, ok = route.match(path); !ok {
			continue
		}
		for parameter, values := range r.URL.Query() {
			if member := route.Query[parameter]; member != "" {
				members[member] = values
			}
		}
		return name, members, true
	}
	return r.Method + " " + r.URL.Path, nil, false
}

// match reads the members out of a path that fits the route.
func (r Route) match(path []string) (map[string][]string, bool) {
	pattern := strings.Split(r.Path, "/")
	if len(pattern) != len(path) {
		return nil, false
	}
	members := map[string][]string{}
	for i, part := range pattern {
		text, err := url.PathUnescape(path[i])
		label, isLabel := strings.CutPrefix(part, "{")
		switch {
		case err != nil || !isLabel && text != part || isLabel && text == "":
			return nil, false
		case isLabel:
			members[strings.TrimSuffix(label, "}")] = []string{text}
		}
	}
	return members, true
}

// readREST fills the struct that in points to from body, path and query.
func (s *Service) readREST(req *Request, in any) error {
	if err := s.readJSON(req.body, in); err != nil {
		return err
	}
	for member, values := range req.members {
		f := reflect.ValueOf(in).Elem().FieldByName(member)
		if !f.IsValid() {
			return fmt.Errorf("a route of %s names member %s, which %T has not", s.Name, member, in)
		}
		if err := setTexts(f, values); err != nil {
			return s.malformed(fmt.Sprintf("the parameter %s: %v", member, err))
		}
	}
	return nil
}

// setTexts sets a list from all texts, anything else from the first.
func setTexts(v reflect.Value, texts []string) error {
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return setTexts(v.Elem(), texts)
	case v.Kind() != reflect.Slice || v.Type().Elem().Kind() == reflect.Uint8:
		return setText(v, texts[0])
	}
	v.Set(reflect.MakeSlice(v.Type(), len(texts), len(texts)))
	for i, text := range texts {
		if err := setText(v.Index(i), text); err != nil {
			return err
		}
	}
	return nil
}
