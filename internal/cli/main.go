package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

// Main runs ferry with the process's arguments, without the program's name, and returns its exit code.
//
// The first Ctrl-C or SIGTERM ends the command's context: it stops in good order and says what goes on in AWS. The second
// one leaves at once.
func Main(args []string) int {
	app, err := system()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return int(fault.ExitCode(err))
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	return int(app.supervise(signals, func(ctx context.Context) fault.Code { return app.Run(ctx, args) }))
}

// supervise runs what signals may end.
func (a *App) supervise(signals <-chan os.Signal, run func(context.Context) fault.Code) fault.Code {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan fault.Code, 1)
	go func() { ended <- run(ctx) }()
	var slow <-chan time.Time // fires where the end takes its time
	for asked := false; ; {
		select {
		case code := <-ended:
			return code
		case <-slow:
			a.notice(event.Notice{Level: event.Info, Text: "Interrupted: ending in good order. Ctrl-C again leaves at once."})
		case <-signals:
			if asked {
				a.tidy()
				return fault.Interrupted
			}
			asked = true
			cancel()
			slow = time.After(a.patience())
		}
	}
}

// patience is how long an interrupted command may take before it says that it heard.
func (a *App) patience() time.Duration {
	if a.Patience > 0 {
		return a.Patience
	}
	return 500 * time.Millisecond
}

// tidy takes the live view off the screen before the process leaves in the middle of it.
func (a *App) tidy() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.renderer != nil {
		a.renderer.Close()
		a.renderer = nil
	}
}

// Run runs one command and returns its exit code. It shows the error, if there is one, and in JSON mode the final object.
func (a *App) Run(ctx context.Context, args []string) fault.Code {
	root := newRootCmd(a)
	root.SetArgs(args)
	err := left(explain(root.ExecuteContext(ctx)))
	var silent leftError
	if err != nil && !errors.As(err, &silent) {
		a.showError(err)
	}
	if a.global.output == outputJSON && (a.final != nil || err != nil) {
		if werr := ui.WriteFinal(a.Streams.Out, a.final, err); werr != nil && err == nil {
			return fault.Failed
		}
	}
	return fault.ExitCode(err)
}

// leftError is the end of a command that the user left, where nobody has more to say about it.
type leftError struct{ cause error }

func (e leftError) Error() string { return "interrupted" }
func (e leftError) Unwrap() error { return e.cause }

// left makes a bare cancellation the user's leaving: that is no failure to be explained.
func left(err error) error {
	var told *fault.Error
	if errors.Is(err, context.Canceled) && !errors.As(err, &told) {
		return leftError{err}
	}
	return err
}
