package cli

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

// invalidError carries the mistakes of manifests to the one place that shows errors.
type invalidError struct {
	list   diag.List
	source func(file string) []byte
	shown  bool // they are on stdout already
}

func (e *invalidError) Error() string {
	n, _ := e.list.Count()
	return ui.Plural(n, "mistake") + " in the manifests"
}

// invalid makes the error for diagnostics of which at least one is a mistake.
func invalid(list diag.List, source func(string) []byte) error {
	return &fault.Error{Code: fault.Usage, What: "nothing was touched", Err: &invalidError{list: list, source: source}}
}

// check ends a run at the first stage whose diagnostics hold a mistake, and shows warnings otherwise.
func (a *App) check(list diag.List, source func(string) []byte) error {
	if list.HasErrors() {
		return invalid(diag.Sort(list), source)
	}
	if len(list) > 0 {
		return diag.WriteText(a.Streams.Err, diag.Sort(list), source)
	}
	return nil
}

// explain puts errors of SDK calls, which may have come up unexplained, into words. Joined errors stay joined.
func explain(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // the outermost layer only
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, explain(e))
		}
		return errors.Join(all...)
	}
	return explainCall(err)
}

// showError writes an error to stderr, and before it the mistakes that it is about.
func (a *App) showError(err error) {
	var bad *invalidError
	if errors.As(err, &bad) {
		a.showInvalid(bad)
		return
	}
	ui.WriteError(a.Streams.Err, a.errPaint(), err)
}

func (a *App) showInvalid(bad *invalidError) {
	if a.final == nil {
		a.final = validation(bad.list)
	}
	if !bad.shown {
		_ = diag.WriteText(a.Streams.Err, bad.list, bad.source) // stderr that is gone has no reader
	}
	paint := a.errPaint()
	fmt.Fprintf(a.Streams.Err, "%s%s; nothing was touched\n", paint.Bad("error: "), bad.Error())
}

// explainCall leaves alone what did not come from an AWS call.
func explainCall(err error) error {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return awsconf.Explain(err)
	}
	return err
}
