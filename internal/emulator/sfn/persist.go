package sfn

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// saved is the service's state in a file.
type saved struct {
	Machines   map[string]*machine
	Executions map[string]*execution
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{s.machines, s.executions})
}

// Load takes what Save returned. Executions that were running have failed: the tasks that they waited for are gone.
func (s *Service) Load(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var from saved
	if err := json.Unmarshal(data, &from); err != nil {
		return err
	}
	s.machines, s.executions = from.Machines, from.Executions
	for _, e := range s.executions {
		if e.Status != types.ExecutionStatusRunning {
			continue
		}
		e.Status, e.Stopped = types.ExecutionStatusFailed, s.now()
		e.Error, e.Cause = "States.Runtime", "The endpoint stopped while the execution was running."
		e.note(s, types.HistoryEvent{Type: types.HistoryEventTypeExecutionFailed,
			ExecutionFailedEventDetails: &types.ExecutionFailedEventDetails{Error: &e.Error, Cause: &e.Cause}})
	}
	return nil
}
