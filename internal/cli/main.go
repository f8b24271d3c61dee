package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

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
	for asked := false; ; asked = true {
		select {
		case code := <-ended:
			return code
		case <-signals:
			if asked {
				a.tidy()
				return fault.Interrupted
			}
			cancel()
			a.notice(event.Notice{Level: event.Info, Text: "Interrupted: ending in good order. Ctrl-C again leaves at once."})
		}
	}
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
	err := explain(root.ExecuteContext(ctx))
	if err != nil {
		a.showError(err)
	}
	if a.global.output == outputJSON && (a.final != nil || err != nil) {
		if werr := ui.WriteFinal(a.Streams.Out, a.final, err); werr != nil && err == nil {
			return fault.Failed
		}
	}
	return fault.ExitCode(err)
}
