package sfn

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// failure is an error of a state, by the name that retriers and catchers know it by.
type failure struct{ Name, Cause string }

func (f *failure) Error() string { return f.Name + ": " + f.Cause }

// run is one execution on its way through its states.
type run struct {
	*Service
	execution *execution
	def       *definition
}

func (r *run) note(h types.HistoryEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.execution.note(r.Service, h)
}

// all goes from state to state and returns the output of the last.
func (r *run) all(ctx context.Context) (any, error) {
	data, err := decode([]byte(r.execution.Input))
	if err != nil {
		return nil, err
	}
	for name := r.def.StartAt; ; {
		st := r.def.States[name]
		r.entered(name, st, data)
		next, out, err := r.state(ctx, st, data)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			if next, out, err = caught(st, data, err); err != nil {
				return nil, err
			}
		}
		r.left(name, st, out)
		if next == "" {
			return out, nil
		}
		name, data = next, out
	}
}

func (r *run) entered(name string, st *state, data any) {
	in := text(data)
	r.note(types.HistoryEvent{Type: types.HistoryEventType(st.Type + "StateEntered"), StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &name, Input: &in}})
}

func (r *run) left(name string, st *state, data any) {
	out := text(data)
	r.note(types.HistoryEvent{Type: types.HistoryEventType(st.Type + "StateExited"), StateExitedEventDetails: &types.StateExitedEventDetails{Name: &name, Output: &out}})
}

// caught finds the catcher for an error, which the state's input is handed to with the error laid over it.
func caught(st *state, data any, err error) (string, any, error) {
	var f *failure
	if !errors.As(err, &f) {
		return "", nil, err
	}
	for _, c := range st.Catch {
		if matches(c.ErrorEquals, f.Name) {
			out, bad := put(data, map[string]any{"Error": f.Name, "Cause": f.Cause}, pathOf(c.ResultPath))
			return c.Next, out, bad
		}
	}
	return "", nil, err
}

// state runs one state and names the next, "" at the end.
func (r *run) state(ctx context.Context, st *state, data any) (next string, out any, err error) {
	switch st.Type {
	case "Succeed":
		return "", data, nil
	case "Fail":
		return "", nil, &failure{Name: st.Error, Cause: st.Cause}
	case "Wait":
		seconds, _ := st.Seconds.Float64()
		return st.Next, data, r.Clock.Wait(ctx, time.Duration(seconds*float64(time.Second)))
	case "Choice":
		for _, c := range st.Choices {
			if c.holds(data) {
				return c.Next, data, nil
			}
		}
		if st.Default == "" {
			return "", nil, &failure{Name: "States.NoChoiceMatched", Cause: "no rule holds, and there is no Default"}
		}
		return st.Default, data, nil
	case "Pass":
		result, err := fill(st.Parameters, data)
		if st.Result != nil {
			result, err = decode(st.Result)
		}
		if err == nil {
			out, err = put(data, result, pathOf(st.ResultPath))
		}
		return st.Next, out, err
	}
	result, err := r.retried(ctx, st, data)
	if err == nil {
		out, err = put(data, result, pathOf(st.ResultPath))
	}
	return st.Next, out, err
}

// retried runs a task, again where a retrier says so.
func (r *run) retried(ctx context.Context, st *state, data any) (any, error) {
	tries := make([]int, len(st.Retry))
	for {
		out, err := r.timed(ctx, st, data)
		var f *failure
		if err == nil || ctx.Err() != nil || !errors.As(err, &f) {
			return out, err
		}
		r.note(types.HistoryEvent{Type: types.HistoryEventTypeTaskFailed, TaskFailedEventDetails: &types.TaskFailedEventDetails{
			Resource: &st.Resource, ResourceType: &st.Type, Error: &f.Name, Cause: &f.Cause}})
		again := false
		for i, retry := range st.Retry {
			if !matches(retry.ErrorEquals, f.Name) {
				continue
			}
			if tries[i] < value(retry.MaxAttempts, 3) {
				again = true
				if err := r.Clock.Wait(ctx, retry.pause(tries[i])); err != nil {
					return nil, err
				}
				tries[i]++
			}
			break
		}
		if !again {
			return nil, err
		}
	}
}

func value[T any](p *T, preset T) T {
	if p == nil {
		return preset
	}
	return *p
}

// pause is how long a retrier waits after so many tries.
func (r *retrier) pause(tries int) time.Duration {
	seconds := float64(value(r.IntervalSeconds, 1)) * math.Pow(value(r.BackoffRate, 2), float64(tries))
	seconds = min(seconds, float64(value(r.MaxDelaySeconds, 31622400)))
	return time.Duration(seconds * float64(time.Second))
}

// timed runs a task within its own time limit.
func (r *run) timed(ctx context.Context, st *state, data any) (any, error) {
	parameters, err := fill(st.Parameters, data)
	if err != nil {
		return nil, &failure{Name: "States.ParameterPathFailure", Cause: err.Error()}
	}
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if st.TimeoutSeconds > 0 {
		timer := r.Clock.AfterFunc(time.Duration(st.TimeoutSeconds)*time.Second, func() { cancel(errTimeout) })
		defer timer.Stop()
	}
	call := r.listTasks
	if strings.HasSuffix(st.Resource, runTaskSync) {
		call = r.runTask
	}
	out, err := call(inner, []byte(text(parameters)))
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(inner), errTimeout) {
		return nil, &failure{Name: "States.Timeout"}
	}
	return out, err
}
