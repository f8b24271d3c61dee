package ec2

import (
	"path"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/emulator/paging"
)

// Filter narrows a description. Its values may hold the wildcards * and ?.
type Filter struct {
	Name   *string
	Values []string `wire:"value"`
}

// attributes are what a resource can be filtered by.
type attributes map[string][]string

// query is a description that is asked for.
type query[T any] struct {
	ids        []string
	id         func(T) string // nil where things have no ID
	code, what string         // for an ID that is not there
	filters    []Filter
	attributes func(T) attributes
	token      *string
	limit      *int32
}

// run returns the page of things that were asked for. all must be in a stable order.
func (q query[T]) run(all []T, tags map[string]map[string]string) ([]T, *string, error) {
	if err := q.check(); err != nil {
		return nil, nil, err
	}
	found := []T{}
	for _, x := range all {
		if q.wants(x, tags) {
			found = append(found, x)
		}
	}
	for _, id := range q.ids {
		if !slices.ContainsFunc(all, func(x T) bool { return q.id(x) == id }) {
			return nil, nil, notFound(q.code, q.what, id)
		}
	}
	page, next, err := paging.Page(found, q.token, q.limit, 1000)
	if err != nil {
		return nil, nil, fail("InvalidNextToken", "The token '"+str(q.token)+"' is not valid")
	}
	return page, next, nil
}

// check refuses filters that no resource of the kind has. The zero value has every attribute's name.
func (q query[T]) check() error {
	var zero T
	known := q.attributes(zero)
	for _, f := range q.filters {
		name := str(f.Name)
		if _, ok := known[name]; !ok && name != "tag-key" && !strings.HasPrefix(name, "tag:") {
			return fail("InvalidParameterValue", "The filter '"+name+"' is invalid")
		}
	}
	return nil
}

func (q query[T]) wants(x T, tags map[string]map[string]string) bool {
	id := ""
	if q.id != nil {
		id = q.id(x)
		if len(q.ids) > 0 && !slices.Contains(q.ids, id) {
			return false
		}
	}
	have := q.attributes(x)
	for _, f := range q.filters {
		if !matches(f, have, tags[id]) {
			return false
		}
	}
	return true
}

func matches(f Filter, have attributes, tags map[string]string) bool {
	var values []string
	name := str(f.Name)
	if key, ok := strings.CutPrefix(name, "tag:"); ok {
		if v, has := tags[key]; has {
			values = []string{v}
		}
	} else if name == "tag-key" {
		for key := range tags {
			values = append(values, key)
		}
	} else {
		values = have[name]
	}
	return slices.ContainsFunc(f.Values, func(pattern string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return wild(pattern, v) })
	})
}

// wild matches * and ?; a slash is a character like any other.
func wild(pattern, value string) bool {
	hide := strings.NewReplacer("/", "\x00", "[", "\x01")
	ok, err := path.Match(hide.Replace(pattern), hide.Replace(value))
	return err == nil && ok
}
