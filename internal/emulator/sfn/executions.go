package sfn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// keepExecutions is how many executions that have ended are remembered.
const keepExecutions = 500

// Why an execution's context ends before its states do.
var (
	errAborted = errors.New("the execution was stopped")
	errTimeout = errors.New("the execution took too long")
)

// StartExecution starts a state machine.
func (s *Service) StartExecution(_ context.Context, in *sfn.StartExecutionInput) (*sfn.StartExecutionOutput, error) {
	input := cmp.Or(aws.ToString(in.Input), "{}")
	if !json.Valid([]byte(input)) {
		return nil, &types.InvalidExecutionInput{Message: aws.String("Invalid State Machine Execution Input: '" + input + "'")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.machine(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	def, err := parse(m.Definition)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(aws.ToString(in.Name), ids.NewUUID())
	if !ids.Word(name, 80) {
		return nil, &types.InvalidName{Message: aws.String("Invalid Name: '" + name + "'")}
	}
	arn := s.executionARN(m.Name, name)
	if e := s.executions[arn]; e != nil {
		if e.Status == types.ExecutionStatusRunning && e.Input == input {
			return &sfn.StartExecutionOutput{ExecutionArn: &e.ARN, StartDate: &e.Started}, nil
		}
		return nil, &types.ExecutionAlreadyExists{Message: aws.String("Execution Already Exists: '" + arn + "'")}
	}
	e := &execution{ARN: arn, Name: name, Machine: m.Name, Status: types.ExecutionStatusRunning, Input: input, Started: *s.now(), Role: m.Role}
	s.executions[arn] = e
	s.prune()
	s.set(e, def)
	return &sfn.StartExecutionOutput{ExecutionArn: &e.ARN, StartDate: &e.Started}, nil
}

// set sets an execution going. The caller holds the lock.
func (s *Service) set(e *execution, def *definition) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	e.cancel = cancel
	e.note(s, types.HistoryEvent{Type: types.HistoryEventTypeExecutionStarted,
		ExecutionStartedEventDetails: &types.ExecutionStartedEventDetails{Input: &e.Input, RoleArn: &e.Role}})
	var timer *time.Timer
	if def.TimeoutSeconds > 0 {
		timer = s.Clock.AfterFunc(time.Duration(def.TimeoutSeconds)*time.Second, func() { cancel(errTimeout) })
	}
	s.wg.Go(func() {
		r := &run{Service: s, execution: e, def: def}
		output, err := r.all(ctx)
		if timer != nil {
			timer.Stop()
		}
		s.ended(ctx, e, output, err)
		cancel(nil)
	})
}

// ended writes down how an execution ended. One that ends because the endpoint stops is left running: Load finds it.
func (s *Service) ended(ctx context.Context, e *execution, output any, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.cancel = nil
	cause := context.Cause(ctx)
	if s.ctx.Err() != nil && !errors.Is(cause, errAborted) && !errors.Is(cause, errTimeout) {
		return
	}
	e.Stopped = s.now()
	var failed *failure
	switch {
	case errors.Is(cause, errAborted):
		e.Status = types.ExecutionStatusAborted
		e.note(s, types.HistoryEvent{Type: types.HistoryEventTypeExecutionAborted,
			ExecutionAbortedEventDetails: &types.ExecutionAbortedEventDetails{Error: &e.Error, Cause: &e.Cause}})
	case errors.Is(cause, errTimeout):
		e.Status, e.Error = types.ExecutionStatusTimedOut, "States.Timeout"
		e.note(s, types.HistoryEvent{Type: types.HistoryEventTypeExecutionTimedOut,
			ExecutionTimedOutEventDetails: &types.ExecutionTimedOutEventDetails{Error: &e.Error}})
	case err != nil:
		if !errors.As(err, &failed) {
			failed = &failure{Name: "States.Runtime", Cause: err.Error()}
		}
		e.Status, e.Error, e.Cause = types.ExecutionStatusFailed, failed.Name, failed.Cause
		e.note(s, types.HistoryEvent{Type: types.HistoryEventTypeExecutionFailed,
			ExecutionFailedEventDetails: &types.ExecutionFailedEventDetails{Error: &e.Error, Cause: &e.Cause}})
	default:
		e.Status, e.Output = types.ExecutionStatusSucceeded, text(output)
		e.note(s, types.HistoryEvent{Type: types.HistoryEventTypeExecutionSucceeded,
			ExecutionSucceededEventDetails: &types.ExecutionSucceededEventDetails{Output: &e.Output}})
	}
}

// text writes data as JSON. It was read from JSON.
func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(data)
}

// note adds to an execution's history. The caller holds the lock.
func (e *execution) note(s *Service, h types.HistoryEvent) {
	h.Id, h.PreviousEventId, h.Timestamp = int64(len(e.History)+1), int64(len(e.History)), s.now()
	e.History = append(e.History, h)
}

// prune forgets the oldest executions that have ended. The caller holds the lock.
func (s *Service) prune() {
	var over []*execution
	for _, e := range s.executions {
		if e.Stopped != nil {
			over = append(over, e)
		}
	}
	slices.SortFunc(over, func(a, b *execution) int { return a.Started.Compare(b.Started) })
	for _, e := range over[:max(0, len(over)-keepExecutions)] {
		delete(s.executions, e.ARN)
	}
}

func (s *Service) execution(arn *string) (*execution, error) {
	if e := s.executions[aws.ToString(arn)]; e != nil {
		return e, nil
	}
	return nil, &types.ExecutionDoesNotExist{Message: aws.String("Execution Does Not Exist: '" + aws.ToString(arn) + "'")}
}

// StopExecution stops an execution, and the tasks that it waits for.
func (s *Service) StopExecution(_ context.Context, in *sfn.StopExecutionInput) (*sfn.StopExecutionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.execution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	if e.cancel != nil {
		e.Error, e.Cause = aws.ToString(in.Error), aws.ToString(in.Cause)
		e.cancel(errAborted)
	}
	return &sfn.StopExecutionOutput{StopDate: s.now()}, nil
}

// DescribeExecution returns one execution.
func (s *Service) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput) (*sfn.DescribeExecutionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.execution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	out := &sfn.DescribeExecutionOutput{ExecutionArn: &e.ARN, Name: &e.Name, StateMachineArn: aws.String(s.machineARN(e.Machine)), Status: e.Status,
		StartDate: &e.Started, StopDate: e.Stopped, Input: &e.Input, InputDetails: &types.CloudWatchEventsExecutionDataDetails{Included: true}}
	out.Error, out.Cause, out.Output = some(e.Error), some(e.Cause), some(e.Output)
	return out, nil
}

// some is nil for no text.
func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// ListExecutions lists a state machine's executions, the newest first.
func (s *Service) ListExecutions(_ context.Context, in *sfn.ListExecutionsInput) (*sfn.ListExecutionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.machine(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	all := []types.ExecutionListItem{}
	for _, e := range s.executions {
		if e.Machine == m.Name && (in.StatusFilter == "" || in.StatusFilter == e.Status) {
			all = append(all, types.ExecutionListItem{ExecutionArn: &e.ARN, Name: &e.Name, StateMachineArn: aws.String(s.machineARN(m.Name)), Status: e.Status,
				StartDate: &e.Started, StopDate: e.Stopped})
		}
	}
	slices.SortFunc(all, func(a, b types.ExecutionListItem) int {
		return cmp.Or(b.StartDate.Compare(*a.StartDate), strings.Compare(*a.Name, *b.Name))
	})
	page, next, err := paging.Page(all, in.NextToken, &in.MaxResults, 1000)
	if err != nil {
		return nil, &types.InvalidToken{Message: aws.String("Invalid Token: 'Invalid token'")}
	}
	return &sfn.ListExecutionsOutput{Executions: page, NextToken: next}, nil
}

// GetExecutionHistory lists what happened in an execution: its beginning and end, states entered and left, tasks that failed.
func (s *Service) GetExecutionHistory(_ context.Context, in *sfn.GetExecutionHistoryInput) (*sfn.GetExecutionHistoryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.execution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	events := slices.Clone(e.History)
	if in.ReverseOrder {
		slices.Reverse(events)
	}
	page, next, err := paging.Page(events, in.NextToken, &in.MaxResults, 1000)
	if err != nil {
		return nil, &types.InvalidToken{Message: aws.String("Invalid Token: 'Invalid token'")}
	}
	return &sfn.GetExecutionHistoryOutput{Events: page, NextToken: next}, nil
}
