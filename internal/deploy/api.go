package deploy

import (
	"context"
	"errors"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/event"
)

var errUnbuilt = errors.New("not built yet")

// Run deploys services side by side.
func Run(context.Context, Target, Request, event.Sink) (Result, error) { return Result{}, errUnbuilt }

// Package renders, offline, the files of an environment and its services.
func Package(Target, []string) ([]File, diag.List, error) { return nil, nil, errUnbuilt }

// Status reads the state of services (none named: all) in an environment.
func Status(context.Context, Target, []string) (StatusResult, error) {
	return StatusResult{}, errUnbuilt
}

// List lists services and environments. Targets are those environments that may be asked.
func List(context.Context, []Target) (ListResult, error) { return ListResult{}, errUnbuilt }

// Show reads one service.
func Show(context.Context, Target, string) (ShowResult, diag.List, error) {
	return ShowResult{}, nil, errUnbuilt
}

// Delete deletes services or a whole environment.
func Delete(context.Context, Target, DeleteRequest, event.Sink) (DeleteResult, error) {
	return DeleteResult{}, errUnbuilt
}

// DeleteApplication deletes every environment given, one after another.
func DeleteApplication(context.Context, []Target, DeleteRequest, event.Sink) ([]DeleteResult, error) {
	return nil, errUnbuilt
}
