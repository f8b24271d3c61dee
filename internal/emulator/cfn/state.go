package cfn

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// stack is one stack, deleted ones too: clients ask for those by ID.
type stack struct {
	ID, Name    string
	Description string
	Status      types.StackStatus
	Reason      string
	Created     time.Time
	Updated     *time.Time
	Deleted     *time.Time
	Protected   bool // termination protection
	Role        string
	Timeout     *int32
	ChangeSet   string   // the one executed last
	Current     *version // what is deployed; nil before the first deployment
	Resources   []*resource
	Outputs     []output
	Imports     []string // exports of other stacks that this one uses
	Events      []types.StackEvent
	Op          *operation // under way, nil at rest

	cancel context.CancelFunc // of the operation under way
	done   chan struct{}      // closed when it has ended
}

// version is what a stack was asked to be.
type version struct {
	Template     string
	Parameters   map[string]string
	Read         map[string]string // SSM parameters: what their values were
	Tags         map[string]string
	Capabilities []types.Capability
}

// resource is one resource as it was made last.
type resource struct {
	Logical    string
	Type       string
	ID         string // physical ID, "" until it exists
	Properties map[string]any
	Attributes map[string]any
	Tags       map[string]string // the stack's, as they were given to it
	DependsOn  []string
	OnDelete   string // DeletionPolicy
	OnReplace  string // UpdateReplacePolicy
	Status     types.ResourceStatus
	Reason     string
	At         time.Time
}

func (r *resource) live() bool { return r.ID != "" && r.Status != types.ResourceStatusDeleteComplete }

// is tells whether two records mean the same physical resource.
func (r *resource) is(other *resource) bool { return r.Logical == other.Logical && r.ID == other.ID }

type output struct{ Key, Value, Description, Export string }

// operation is what is under way on a stack, and what it takes to undo it.
type operation struct {
	Kind     string // create, update or delete
	Target   *version
	Changed  []change    // resources touched, in the order in which they were
	Obsolete []*resource // physical resources to be removed in the end
	Retain   []string    // delete: logical IDs to be left alone
	OnFail   string      // ROLLBACK, DO_NOTHING or DELETE
	Skip     []string    // ContinueUpdateRollback: resources not to be restored
	Token    string
	Cancel   string // why it is to be cancelled, "" when it is not

	Abandoned bool // the stack is to be deleted: neither finish nor roll back
}

// change is one resource touched by an operation; Before is nil when the operation made it.
type change struct {
	Logical  string
	Before   *resource
	Replaced bool
}

// changeSet is a proposed change of a stack.
type changeSet struct {
	ID, Name    string
	StackID     string
	StackName   string
	Kind        types.ChangeSetType
	Description string
	Status      types.ChangeSetStatus
	Reason      string
	Execution   types.ExecutionStatus
	Created     time.Time
	Target      *version
	Changes     []types.Change
	OnFail      types.OnStackFailure
	Role        string
}

func (st *stack) find(logical string) *resource {
	for _, r := range st.Resources {
		if r.Logical == logical {
			return r
		}
	}
	return nil
}

func (st *stack) busy() bool {
	return strings.HasSuffix(string(st.Status), "_IN_PROGRESS") && st.Status != types.StackStatusReviewInProgress
}

// underWay tells whether an operation's goroutine runs.
func (st *stack) underWay() bool {
	if st.done == nil {
		return false
	}
	select {
	case <-st.done:
		return false
	default:
		return true
	}
}

func (st *stack) gone() bool { return st.Status == types.StackStatusDeleteComplete }

// saved is the service's state between two runs of the endpoint.
type saved struct {
	Stacks     []*stack
	ChangeSets []*changeSet
}

// Save returns the state for Load.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{s.stacks, s.sets})
}

// Load takes over a saved state. A stack that was being worked on is not left hanging: a creation or an update is rolled
// back, a deletion or a cleanup goes on, and a change set that was being computed is computed. The services that hold the
// resources must have been loaded before.
func (s *Service) Load(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // properties compare as they were written
	var st saved
	if err := d.Decode(&st); err != nil {
		return err
	}
	s.mu.Lock()
	s.stacks, s.sets = st.Stacks, st.ChangeSets
	stacks := slices.Clone(s.stacks)
	s.mu.Unlock()
	for _, stack := range stacks {
		s.refresh(stack)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stack := range s.stacks {
		if stack.busy() && stack.Op != nil {
			s.resumeLocked(stack)
		}
	}
	for _, set := range s.sets {
		if set.Status == types.ChangeSetStatusCreatePending || set.Status == types.ChangeSetStatusCreateInProgress {
			s.wg.Go(func() { s.compute(set) })
		}
	}
	return nil
}
