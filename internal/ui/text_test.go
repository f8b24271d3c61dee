package ui

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
)

func TestWhatCouldSteerATerminalIsMadeHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                         "plain",
		"zwölf Töne 音":                  "zwölf Töne 音",
		"\x1b[31mred\x1b[0m":            "red",
		"\x1b]0;title\x07after":         "after",
		"\x1b]8;;http://x\x1b\\link":    "link",
		"\x1bPq#0\x1b\\sixel":           "sixel",
		"two\nlines\tand tab\r":         "two lines and tab",
		"bell\x07 and delete\x7f":       "bell� and delete�",
		"c1\u009b31m":                   "c1�31m",
		"turned\u202earound\u2066x":     "turned�around�x",
		"bad \xff byte":                 "bad � byte",
		"cut off \x1b[":                 "cut off",
		"\x1b":                          "",
		"charset \x1b(B and reset\x1bc": "charset B and reset",
	} {
		if got := Sanitize(in); got != want {
			t.Errorf("Sanitize(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSanitizeLeavesNoControlCharacter(f *testing.F) {
	for _, s := range []string{"", "\x1b[31mx", "\x1b]0;x", "\x1b\x1b", "\u202e", "\xff\x1b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Sanitize(s)
		if strings.ContainsFunc(got, unsafeRune) {
			t.Errorf("Sanitize(%q) = %q", s, got)
		}
		if again := Sanitize(got); again != got {
			t.Errorf("sanitising again changes %q to %q", got, again)
		}
	})
}

func TestCredentialsAreTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"key AKIAIOSFODNN7EXAMPLE is wrong":                         "key AKIA… is wrong",
		"https://b.s3/x?X-Amz-Signature=abc123&X-Amz-Expires=60":    "https://b.s3/x?X-Amz-Signature=…&X-Amz-Expires=60",
		`aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG"`:           `aws_secret_access_key = "…"`,
		"Authorization: Basic QVdTOnRva2Vu":                         "Authorization: Basic …",
		"push to https://AWS:eyJwYXlsb2FkIjoi@registry/v2/ refused": "push to https://AWS:…@registry/v2/ refused",
		"nothing secret: arn:aws:iam::123456789012:role/x":          "nothing secret: arn:aws:iam::123456789012:role/x",
	} {
		if got := Redact(in); got != want {
			t.Errorf("Redact(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestEveryJoinedErrorIsShownWithItsHint(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	WriteError(&out, Paint{}, errors.Join(
		&fault.Error{What: "web: rolled back", Err: errors.New("exit code 137"), Hint: "raise memory in ferry/web/manifest.yml"},
		fmt.Errorf("api: %w", errors.New("two\nlines \x1b[2J and an escape")),
	))
	want := `error: web: rolled back: exit code 137
hint: raise memory in ferry/web/manifest.yml
error: api: two
    lines  and an escape
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheFinalObjectHoldsTheResultAndTheError(t *testing.T) {
	t.Parallel()
	result := struct {
		Name string `json:"name"`
	}{"web <b>"}
	failure := &fault.Error{Code: fault.RolledBack, What: "rolled back", Hint: "look"}
	for want, write := range map[string]func(*bytes.Buffer) error{
		`{"name":"web <b>"}` + "\n": func(b *bytes.Buffer) error { return WriteFinal(b, result, nil) },
		`{"error":{"message":"rolled back","hint":"look","exitCode":3},"name":"web <b>"}` + "\n": func(b *bytes.Buffer) error { return WriteFinal(b, result, failure) },
		`{"error":{"message":"rolled back","hint":"look","exitCode":3}}` + "\n":                  func(b *bytes.Buffer) error { return WriteFinal(b, nil, failure) },
		"{}\n": func(b *bytes.Buffer) error { return WriteFinal(b, nil, nil) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestATableAlignsItsColumnsAndMarksEmptyCells(t *testing.T) {
	t.Parallel()
	table := &Table{Head: []string{"SERVICE", "URL"}}
	table.Add("web", "http://x\x1b[2J")
	table.Add("a-longer-name")
	var out bytes.Buffer
	if err := table.Write(&out, Paint{}); err != nil {
		t.Fatal(err)
	}
	want := "SERVICE        URL\nweb            http://x\na-longer-name  -\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDurationsAreWrittenAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 340 * time.Millisecond: "0.3s", 12 * time.Second: "12s",
		3*time.Minute + 5*time.Second: "3m05s", 2*time.Hour + 10*time.Minute: "2h10m",
	} {
		if got := Elapsed(d); got != want {
			t.Errorf("Elapsed(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestTheModeIsDecidedFromStreamsAndEnvironment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		tty  bool
		json bool
		env  map[string]string
		want Mode
	}{
		{"a terminal gets the live view", true, false, nil, TTY},
		{"a pipe gets plain lines", false, false, nil, Plain},
		{"CI gets plain lines", true, false, map[string]string{"CI": "true"}, Plain},
		{"CI=false is no CI", true, false, map[string]string{"CI": "false"}, TTY},
		{"a dumb terminal gets plain lines", true, false, map[string]string{"TERM": "dumb"}, Plain},
		{"asking for JSON wins", true, true, nil, JSON},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			getenv := func(k string) string { return c.env[k] }
			if got := ModeOf(Streams{ErrTTY: c.tty}, c.json, getenv); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestColourNeedsATerminalAndRespectsNoColor(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	noColor := func(k string) string { return map[string]string{"NO_COLOR": "1"}[k] }
	got := []bool{ColourOf(true, false, none), ColourOf(false, false, none), ColourOf(true, true, none), ColourOf(true, false, noColor)}
	if diff := cmp.Diff([]bool{true, false, false, false}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
