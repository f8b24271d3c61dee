package cli

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

// App is what every command works with: the process's surroundings as values, and what the global flags say. Everything
// that costs something (the workspace, AWS configuration, the prompter) is made when it is first asked for.
type App struct {
	Streams   ui.Streams
	Version   Version
	Dir       string // working directory
	LookupEnv func(string) (string, bool)
	Now       func() time.Time

	// Prompt makes the prompter; nil: the one that the streams allow. Tests of the questions set it.
	Prompt func() ui.Prompter
	// Open shows an address in a browser; nil: the system's.
	Open func(ctx context.Context, url string) error
	// Patience is how long an interrupted command may take before it says that it heard; 0: half a second.
	Patience time.Duration
	// Executable is the path of this program, which runs itself for environment local; "": ask the system.
	Executable string

	global globalFlags
	final  any // the result of the command, for the final object in JSON mode

	mu       sync.Mutex
	renderer ui.Renderer // the one at work, or nil
}

// globalFlags are the flags that every command has.
type globalFlags struct {
	output   string
	verbose  bool
	noColour bool
}

// system returns the App of this process.
func system() (*App, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, &fault.Error{What: "the working directory cannot be read", Err: err}
	}
	return &App{Streams: ui.System(), Version: readVersion(), Dir: dir, LookupEnv: os.LookupEnv, Now: time.Now}, nil
}

// Getenv returns a variable of the environment, "" when it is not set.
func (a *App) Getenv(name string) string {
	v, _ := a.LookupEnv(name)
	return v
}

func (a *App) mode() ui.Mode {
	return ui.ModeOf(a.Streams, a.global.output == outputJSON, a.Getenv)
}

func (a *App) prompter() ui.Prompter {
	if a.Prompt != nil {
		return a.Prompt()
	}
	return ui.NewPrompter(a.Streams, a.Getenv)
}

// errPaint colours what goes to stderr, outPaint what goes to stdout.
func (a *App) errPaint() ui.Paint {
	return ui.NewPaint(ui.ColourOf(a.Streams.ErrTTY, a.global.noColour, a.Getenv))
}

func (a *App) outPaint() ui.Paint {
	return ui.NewPaint(ui.ColourOf(a.Streams.OutTTY, a.global.noColour, a.Getenv))
}

// render shows the events of f. While it runs, what else is to be said goes through notice.
func (a *App) render(f func(event.Sink) error) error {
	r := ui.NewRenderer(a.Streams, ui.Options{
		Mode: a.mode(), Verbose: a.global.verbose,
		Colour: ui.ColourOf(a.Streams.ErrTTY, a.global.noColour, a.Getenv), Now: a.Now,
	})
	a.setRenderer(r)
	defer func() {
		a.setRenderer(nil)
		r.Close()
	}()
	return f(r.Event)
}

func (a *App) setRenderer(r ui.Renderer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.renderer = r
}

// notice says something in the middle of whatever is on the screen.
func (a *App) notice(n event.Notice) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.renderer != nil {
		a.renderer.Event(n)
		return
	}
	prefix := ""
	if n.Level == event.Warning {
		prefix = a.errPaint().Warn("warning: ")
	}
	io.WriteString(a.Streams.Err, prefix+ui.Sanitize(n.Text)+"\n")
}

// result shows what a command came to: text on stdout, or in JSON mode the final object once the exit code is known.
func (a *App) result(v any, text func(w io.Writer) error) error {
	if a.global.output == outputJSON {
		a.final = v
		return nil
	}
	return text(a.Streams.Out)
}

// say writes a remark for a person to stderr; JSON mode has no place for it.
func (a *App) say(text string) {
	if a.global.output != outputJSON {
		io.WriteString(a.Streams.Err, text+"\n")
	}
}
