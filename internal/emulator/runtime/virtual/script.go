package virtual

import (
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// Script says how a virtual container behaves. The zero Script matches every container, which then starts at once, runs
// until it is stopped, passes its health checks and answers HTTP with status 200. All durations are on the clock.
type Script struct {
	// Which containers. An empty field matches all of them; the script that was added last wins.
	Image     string `json:"image,omitempty"`     // a part of the image reference: "web:2", "sha256:12ab"
	Family    string `json:"family,omitempty"`    // the task definition's family
	Container string `json:"container,omitempty"` // the container's name
	Times     int    `json:"times,omitempty"`     // for how many containers it holds; 0 = all

	CannotPull    string   `json:"cannotPull,omitempty"`    // why the image cannot be pulled
	CannotStart   string   `json:"cannotStart,omitempty"`   // why the container cannot be started
	PullTakes     Duration `json:"pullTakes,omitempty"`     // until the container starts
	ReadyAfter    Duration `json:"readyAfter,omitempty"`    // until its address and its health check answer
	Unhealthy     bool     `json:"unhealthy,omitempty"`     // health check commands fail for ever
	HTTPStatus    int      `json:"httpStatus,omitempty"`    // what its address answers; 0 = 200
	Body          string   `json:"body,omitempty"`          // of the answer; "" = the image reference
	ExitCode      *int     `json:"exitCode,omitempty"`      // nil: runs until it is stopped
	ExitAfter     Duration `json:"exitAfter,omitempty"`     // when it exits, counted from its start
	OutOfMemory   bool     `json:"outOfMemory,omitempty"`   // it exits with 137, killed for its memory, after ExitAfter
	IgnoreSIGTERM bool     `json:"ignoreSigterm,omitempty"` // it runs on until it is killed
	Logs          []string `json:"logs,omitempty"`          // lines that it writes at its start
}

// Duration is a time.Duration that JSON writes as "1m30s".
type Duration time.Duration

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

func (s Script) matches(family string, c runtime.ContainerSpec) bool {
	return strings.Contains(c.ImageRef, s.Image) &&
		(s.Family == "" || s.Family == family) &&
		(s.Container == "" || s.Container == c.Name)
}

// exits tells whether the container ends by itself, and with which code.
func (s Script) exits() (runtime.Exit, bool) {
	switch {
	case s.OutOfMemory:
		return runtime.Exit{Code: 137, OutOfMem: true}, true
	case s.ExitCode != nil:
		return runtime.Exit{Code: *s.ExitCode}, true
	}
	return runtime.Exit{}, false
}
