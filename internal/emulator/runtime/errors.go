package runtime

// PullError says that an image could not be fetched or cannot run on this machine. Package ecs shows it as
// CannotPullContainerError, any other error of Start as CannotStartContainerError.
type PullError struct{ Err error }

func (e *PullError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PullError) Unwrap() error { return e.Err }
