package cli

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"ferry.dev/ferry/internal/event"
)

// underway remembers which releases go on in AWS, for the case that the user leaves before they end.
type underway struct {
	mu          sync.Mutex
	deployments map[string]string // service → deployment
	stacks      map[string]bool   // subjects whose stack is being changed
}

func newUnderway() *underway {
	return &underway{deployments: map[string]string{}, stacks: map[string]bool{}}
}

// watch passes events on and remembers.
func (u *underway) watch(sink event.Sink) event.Sink {
	return func(e event.Event) {
		u.note(e)
		sink(e)
	}
}

func (u *underway) note(e event.Event) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch e := e.(type) {
	case event.StackChanges:
		u.stacks[e.Stack] = true
	case event.DeploymentProgress:
		u.deployments[e.Subject] = e.DeploymentID
	case event.StageEnded:
		// A stage that an interrupt cut off ends as failed; what it began goes on.
		if e.Outcome == event.OutcomeFailed {
			return
		}
		switch e.Stage {
		case event.StageWatch:
			delete(u.deployments, e.Subject)
		case event.StageInfrastructure:
			clear(u.stacks)
		}
	}
}

// tell says what goes on and how to come back to it.
func (u *underway) tell(a *App, s scene) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.stacks)+len(u.deployments) == 0 {
		a.say("Interrupted; nothing goes on in AWS.")
	}
	for _, stack := range slices.Sorted(maps.Keys(u.stacks)) {
		a.say(fmt.Sprintf("CloudFormation goes on with stack %s. The same command again takes it up.", stack))
	}
	for _, service := range slices.Sorted(maps.Keys(u.deployments)) {
		a.say(fmt.Sprintf("The release of %s goes on in Amazon ECS (deployment %s); if it fails, the previous one is brought back.\nCome back to it with: %s",
			service, u.deployments[service], command("wait", service, "--env", s.env.Name)))
	}
}
