package deploy

import (
	"context"
	"errors"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/fault"
)

// refused gives an error of a look-up before any write its code, and plain words.
func refused(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	err = awsconf.Explain(err)
	var f *fault.Error
	if errors.As(err, &f) && f.Code != fault.OK && f.Code != fault.Failed {
		return err
	}
	e := &fault.Error{Code: fault.Refused, What: "AWS could not be read, so nothing was changed", Err: err}
	e.Hint = fault.Hint(err)
	return e
}

// severity orders exit codes by how much they ask of the user: what is broken first.
func severity(c fault.Code) int {
	order := []fault.Code{fault.OK, fault.Paused, fault.Superseded, fault.TimedOut, fault.RolledBack, fault.Refused,
		fault.Usage, fault.Failed, fault.Interrupted, fault.Broken}
	for i, code := range order {
		if code == c {
			return i
		}
	}
	return len(order)
}

// errNoWorkspace is a mistake of the caller: the operation reads manifests.
var errNoWorkspace = errors.New("no workspace was given")
