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
	deployments map[string]string // service → deployment, "" where its first reading has not come yet
	beginning   map[string]bool   // services whose release is being asked for, with no answer seen yet
	stacks      map[string]bool   // subjects whose stack is being changed
}

func newUnderway() *underway {
	return &underway{deployments: map[string]string{}, beginning: map[string]bool{}, stacks: map[string]bool{}}
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
	case event.ReleaseAsked:
		u.asked(e)
	case event.StageStarted:
		if e.Stage == event.StageWatch { // it goes on, although nobody has looked at it yet
			u.deployments[e.Subject] = ""
		}
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
		case event.StageInfrastructure: // its detail is the stack; others may go on side by side
			delete(u.stacks, e.Detail)
		}
	}
}

// asked takes note of how far ECS has been asked. Before the first call, so while another's deployment is waited for,
// nothing of ours has begun.
func (u *underway) asked(e event.ReleaseAsked) {
	delete(u.beginning, e.Subject)
	switch e.State {
	case event.AskedSending:
		u.beginning[e.Subject] = true
	case event.AskedAccepted:
		u.deployments[e.Subject] = ""
	}
}

// tell says what goes on and how to come back to it.
func (u *underway) tell(a *App, s scene) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.stacks)+len(u.deployments)+len(u.beginning) == 0 {
		a.say("Interrupted; nothing that this command began goes on in AWS.")
	}
	for _, stack := range slices.Sorted(maps.Keys(u.stacks)) {
		a.say(fmt.Sprintf("CloudFormation goes on with stack %s. The same command again takes it up.", stack))
	}
	for _, service := range slices.Sorted(maps.Keys(u.deployments)) {
		id := ""
		if d := u.deployments[service]; d != "" {
			id = " (deployment " + d + ")"
		}
		a.say(fmt.Sprintf("The release of %s goes on in Amazon ECS%s; if it fails, the previous one is brought back.\nCome back to it with: %s",
			service, id, command("wait", service, "--env", s.env.Name)))
	}
	for _, service := range slices.Sorted(maps.Keys(u.beginning)) {
		a.say(fmt.Sprintf("The release of %s may go on in Amazon ECS: its answer was not seen. Look with: %s",
			service, command("status", service, "--env", s.env.Name)))
	}
}
