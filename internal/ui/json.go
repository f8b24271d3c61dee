package ui

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// jsonRenderer writes one object for each event, on a line of its own: {"event":"stageEnded","at":"…", …}. The members are
// the event's fields in lower camel case; durations are seconds; what is empty is left out, zero numbers are not.
type jsonRenderer struct {
	mu  sync.Mutex
	w   io.Writer
	now func() time.Time
}

func newJSONRenderer(w io.Writer, now func() time.Time) *jsonRenderer {
	return &jsonRenderer{w: w, now: now}
}

func (j *jsonRenderer) Event(e event.Event) {
	v := reflect.ValueOf(e)
	var b bytes.Buffer
	b.WriteByte('{')
	member(&b, "event", lowerCamel(v.Type().Name()))
	member(&b, "at", j.now().UTC())
	for i := range v.NumField() {
		if value, ok := jsonValue(v.Field(i)); ok {
			member(&b, lowerCamel(v.Type().Field(i).Name), value)
		}
	}
	b.WriteString("}\n")

	j.mu.Lock()
	defer j.mu.Unlock()
	_, _ = j.w.Write(b.Bytes()) // see Renderer: a reader that went away must not end a release
}

func (j *jsonRenderer) Close() {}

// jsonValue returns what stands for a field, and whether it is said at all.
func jsonValue(v reflect.Value) (any, bool) {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.Seconds(), true
	case time.Time:
		return x.UTC(), !x.IsZero()
	}
	switch v.Kind() {
	case reflect.String, reflect.Slice:
		return v.Interface(), v.Len() > 0
	case reflect.Pointer:
		return v.Interface(), !v.IsNil()
	default:
		return v.Interface(), true
	}
}

// member appends "name":value, with a comma where it is not the first.
func member(b *bytes.Buffer, name string, value any) {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
	b.WriteString(encode(name) + ":" + encode(value))
}

// encode writes a value without HTML escapes, which only make a terminal's JSON hard to read.
func encode(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return encode(err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// lowerCamel turns a Go name into a member's name: StageStarted → stageStarted, LogicalID → logicalId, ID → id.
func lowerCamel(name string) string {
	name = strings.ReplaceAll(name, "ID", "Id")
	r := []rune(name)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}

// WriteFinal writes the one object that ends a run in JSON mode: the members of result, which must marshal to an object or
// be nil, and on failure "error": {"message", "hint", "exitCode"}. It has no member "event", which tells it from events.
func WriteFinal(w io.Writer, result any, failure error) error {
	body := "{}"
	if result != nil {
		body = encode(result)
	}
	if failure != nil {
		detail := struct {
			Message  string     `json:"message"`
			Hint     string     `json:"hint,omitempty"`
			ExitCode fault.Code `json:"exitCode"`
		}{Redact(failure.Error()), Redact(fault.Hint(failure)), fault.ExitCode(failure)}
		rest := strings.TrimPrefix(body, "{")
		if rest != "}" {
			rest = "," + rest
		}
		body = `{"error":` + encode(detail) + rest
	}
	_, err := io.WriteString(w, body+"\n")
	return err
}
