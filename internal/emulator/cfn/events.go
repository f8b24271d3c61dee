package cfn

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

const stackType = "AWS::CloudFormation::Stack"

// setLocked gives a stack a status and writes the event.
func (s *Service) setLocked(st *stack, status types.StackStatus, reason string) {
	st.Status, st.Reason = status, reason
	e := types.StackEvent{
		EventId: aws.String(ids.NewUUID()), StackId: aws.String(st.ID), StackName: aws.String(st.Name), LogicalResourceId: aws.String(st.Name),
		PhysicalResourceId: aws.String(st.ID), ResourceType: aws.String(stackType), ResourceStatus: types.ResourceStatus(status),
	}
	s.addLocked(st, e, reason)
}

// noteLocked gives a resource a status and writes the event.
func (s *Service) noteLocked(st *stack, r *resource, status types.ResourceStatus, reason string) {
	r.Status, r.Reason, r.At = status, reason, s.deps.Clock.Now()
	e := types.StackEvent{
		EventId: aws.String(fmt.Sprintf("%s-%s-%s", r.Logical, status, r.At.Format("2006-01-02T15:04:05.000Z"))), StackId: aws.String(st.ID), StackName: aws.String(st.Name),
		LogicalResourceId: aws.String(r.Logical), PhysicalResourceId: aws.String(r.ID), ResourceType: aws.String(r.Type), ResourceStatus: status,
	}
	if b, err := json.Marshal(r.Properties); err == nil {
		e.ResourceProperties = aws.String(string(b))
	}
	s.addLocked(st, e, reason)
}

func (s *Service) addLocked(st *stack, e types.StackEvent, reason string) {
	e.Timestamp = aws.Time(s.deps.Clock.Now())
	if reason != "" {
		e.ResourceStatusReason = aws.String(reason)
	}
	if st.Op != nil && st.Op.Token != "" {
		e.ClientRequestToken = aws.String(st.Op.Token)
	}
	st.Events = append(st.Events, e)
}

func (s *Service) set(st *stack, status types.StackStatus, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setLocked(st, status, reason)
}

func (s *Service) note(st *stack, r *resource, status types.ResourceStatus, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noteLocked(st, r, status, reason)
}
