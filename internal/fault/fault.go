// Package fault owns the error that a user sees: what happened, why, what to do, and the exit code that it ends in.
//
// It holds the one table of exit codes. Packages return a *Error where they know more than the error below them;
// every other error is shown as it is and ends in Failed.
package fault

import (
	"context"
	"errors"
	"strings"
)

// Code is a process exit code.
type Code int

// The exit codes. Their meaning is promised in help and README.
const (
	OK          Code = 0   // live, or nothing to do
	Failed      Code = 1   // failed, unclassified
	Usage       Code = 2   // wrong usage or invalid manifest; nothing was touched
	RolledBack  Code = 3   // the release failed and the previous one is serving again
	Refused     Code = 4   // refused before any write: credentials, account, permissions, preflight
	Differences Code = 5   // plan --exit-code: there are differences
	Broken      Code = 6   // the release failed and was not rolled back
	TimedOut    Code = 7   // timed out; the release is still in progress
	Superseded  Code = 8   // superseded by another deployment
	Paused      Code = 9   // paused, awaiting approval
	Interrupted Code = 130 // interrupted by the user
)

// Meanings is the table that help texts and the README show, in order.
func Meanings() []Meaning {
	return []Meaning{
		{OK, "live, or nothing to do"},
		{Failed, "failed, unclassified"},
		{Usage, "wrong usage or invalid manifest; nothing was touched"},
		{RolledBack, "the release failed and the previous one is serving again"},
		{Refused, "refused before any write: credentials, account, permissions, preflight"},
		{Differences, "there are differences (plan --exit-code)"},
		{Broken, "the release failed and was not rolled back"},
		{TimedOut, "timed out; the release is still in progress"},
		{Superseded, "superseded by another deployment"},
		{Paused, "paused, awaiting approval"},
		{Interrupted, "interrupted"},
	}
}

// Meaning is one row of the exit code table.
type Meaning struct {
	Code Code
	Text string
}

// Error is an error for the user. What is required; the rest may be empty.
type Error struct {
	Code Code   // Failed when zero
	What string // what happened, in one line, without a full stop
	Hint string // what to do next
	Err  error  // why: the cause
}

// Error joins what happened and why.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.What
	}
	return strings.TrimSuffix(e.What, ".") + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns the code in which err ends the process. A nil error is OK; a cancelled context is Interrupted.
// Of joined errors the most telling code wins: the first in the tree that is a *Error.
func ExitCode(err error) Code {
	if err == nil {
		return OK
	}
	var f *Error
	if errors.As(err, &f) {
		if f.Code == OK {
			return Failed
		}
		return f.Code
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	return Failed
}

// Hint returns the first hint in err's tree, or "".
func Hint(err error) string {
	var f *Error
	for errors.As(err, &f) {
		if f.Hint != "" {
			return f.Hint
		}
		err = f.Err
		f = nil
	}
	return ""
}
