package ui

// Mode is how a run shows its progress.
type Mode string

// The modes.
const (
	TTY   Mode = "tty"   // a live view on stderr that redraws
	Plain Mode = "plain" // one line at a time on stderr, with a heartbeat
	JSON  Mode = "json"  // one event per line on stdout, then one final object
)

// ModeOf decides the mode. Asking for JSON wins; a live view needs a terminal that moves its cursor and a person before it,
// which CI systems that allocate a terminal do not have.
func ModeOf(s Streams, json bool, getenv func(string) string) Mode {
	switch {
	case json:
		return JSON
	case !s.ErrTTY, inCI(getenv), getenv("TERM") == "dumb":
		return Plain
	default:
		return TTY
	}
}

// inCI follows the convention that every CI system sets CI; "false" and "0" are how people unset it there.
func inCI(getenv func(string) string) bool {
	v := getenv("CI")
	return v != "" && v != "false" && v != "0"
}

// ColourOf tells whether text for a stream may be coloured. NO_COLOR (any value but empty: no-color.org) and the flag win.
func ColourOf(tty, noColour bool, getenv func(string) string) bool {
	return tty && !noColour && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
