package ui

import (
	"time"

	"ferry.dev/ferry/internal/event"
)

// begin is when every stream of these tests begins.
func begin() time.Time { return time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC) }

// moment is an event and how long after the one before it came.
type moment struct {
	after time.Duration
	event event.Event
}

// aRelease is a deploy of web to environment test in which the first task crashes. It holds every event of the sealed set.
func aRelease() []moment {
	one := 1
	return []moment{
		{0, event.StageStarted{Subject: "test", Stage: event.StagePreflight}},
		{300 * time.Millisecond, event.StageEnded{Subject: "test", Stage: event.StagePreflight, Outcome: event.OutcomeDone, Detail: "account 123456789012", Elapsed: 300 * time.Millisecond}},
		{0, event.StageStarted{Subject: "web", Stage: event.StageImage, Detail: "building with docker"}},
		{0, event.StageStarted{Subject: "test", Stage: event.StageInfrastructure}},
		{100 * time.Millisecond, event.StackChanges{Stack: "demo-test", Add: 2, Modify: 1, Replacements: []string{"Cluster"}}},
		{time.Second, event.BuildOutput{Subject: "web", Line: "#5 RUN go build \x1b[32mok\x1b[0m"}},
		{time.Second, event.StackEvent{Stack: "demo-test", LogicalID: "Vpc", Type: "AWS::EC2::VPC", PhysicalID: "vpc-1", Status: "CREATE_COMPLETE", Time: begin()}},
		{time.Second, event.PushProgress{Subject: "web", Done: 1_500_000, Total: 12_000_000}},
		{time.Second, event.PushProgress{Subject: "web", Done: 9_000_000, Total: 12_000_000}},
		{time.Second, event.StageEnded{Subject: "web", Stage: event.StageImage, Outcome: event.OutcomeDone, Detail: "demo/web@sha256:0123", Elapsed: 5 * time.Second}},
		{time.Second, event.StageEnded{Subject: "test", Stage: event.StageInfrastructure, Outcome: event.OutcomeDone, Elapsed: 6 * time.Second}},
		{0, event.ReleaseAsked{Subject: "web", State: event.AskedAccepted}},
		{0, event.StageStarted{Subject: "web", Stage: event.StageWatch, Detail: "v3"}},
		{time.Second, event.DeploymentProgress{Subject: "web", DeploymentID: "d-1", Status: "IN_PROGRESS", Desired: 2, Pending: 2, FailureThreshold: 3}},
		{0, event.Waiting{Subject: "web", For: "2 of 2 tasks to be healthy", Since: begin().Add(7 * time.Second), Limit: begin().Add(10*time.Minute + 7*time.Second)}},
		{2 * time.Second, event.TaskStopped{
			Subject: "web", TaskID: "0123456789abcdef0123456789abcdef", StopCode: "EssentialContainerExited",
			Reason: "Essential container in task exited", Container: "web", ExitCode: &one,
			LogTail: []string{"starting", "panic: no DATABASE_URL\x07"}, Target: "Target.Timeout", Suggestion: "set DATABASE_URL in ferry/web/manifest.yml",
		}},
		{0, event.DeploymentProgress{Subject: "web", DeploymentID: "d-1", Status: "IN_PROGRESS", Desired: 2, Running: 1, Pending: 1, Failed: 1, FailureThreshold: 3}},
		{time.Second, event.TargetHealth{Subject: "web", Healthy: 1, Unhealthy: 1, Reason: "Health checks failed with these codes: [500]"}},
		{0, event.ServiceMessage{Subject: "web", Message: "(service web) was unable to place a task", Time: begin()}},
		{time.Second, event.LogLine{Time: begin(), Service: "web", Container: "web", TaskID: "fedc", Message: "listening on :8080"}},
		{time.Second, event.DeploymentProgress{Subject: "web", DeploymentID: "d-1", Status: "SUCCESSFUL", Desired: 2, Running: 2}},
		{0, event.StageEnded{Subject: "web", Stage: event.StageWatch, Outcome: event.OutcomeDone, Detail: "v3 is live", Elapsed: 6 * time.Second}},
		{0, event.Notice{Level: event.Warning, Subject: "web", Text: "an old release is kept", Hint: "ferry releases"}},
	}
}

// ticking is a clock that only the test moves.
type ticking struct{ at time.Time }

func (t *ticking) now() time.Time { return t.at }
