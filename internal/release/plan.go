package release

import (
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// CountTag is the service tag that remembers the desired count which the manifest asked for last, or the range of auto
// scaling, 1-10. As long as the manifest asks for the same, the live count belongs to whoever changed it since, auto scaling
// most of all, and is never written back.
const CountTag = "ferry:count"

// Plan is what has to be done to bring a definition live, and why. The zero Plan does nothing.
type Plan struct {
	Definition Definition
	Live       Live
	// Reuse is a registered revision that equals the wanted task definition: the live one, or the family's latest, which
	// a run that was killed has left.
	Reuse *Task
	// Update holds only what differs; nil when the service is as it should be or is to be created.
	Update *ecs.UpdateServiceInput
	// Express is the same for a service in Express Mode, and says everything.
	Express *ecs.UpdateExpressGatewayServiceInput
	// Restarts tells whether ECS starts a service deployment for the update.
	Restarts bool
	// Rescale is what auto scaling has to be told.
	Rescale Rescale
	// Retag are tags of the service that are missing or differ.
	Retag map[string]string
	// Changes are the reasons, in the manifest's words: "image", "cpu 256 → 512", "variables.GREETING".
	Changes []string
}

// First tells whether the service is to be created.
func (p Plan) First() bool { return p.Live.Service == nil }

// Empty tells whether everything is live as it should be.
func (p Plan) Empty() bool {
	return !p.First() && p.Update == nil && p.Express == nil && len(p.Retag) == 0 && p.Rescale.Empty()
}

// Compare decides, purely, what has to be done.
func Compare(live Live, want Definition) Plan {
	p := Plan{Definition: want, Live: live, Restarts: true}
	if live.Task != nil {
		if p.Changes = taskChanges(live.Task.TaskDefinition, want.Task); len(p.Changes) == 0 {
			p.Reuse = live.Task
		}
	}
	if p.Reuse == nil && live.Latest != nil && len(taskChanges(live.Latest.TaskDefinition, want.Task)) == 0 {
		p.Reuse = live.Latest
	}
	if live.Service == nil {
		p.Changes = []string{"new service"}
		p.Rescale = compareScaling(live.Scaling, want.Scaling, "")
		return p
	}
	if want.Express != nil {
		p.compareExpress()
		return p
	}
	p.compareService()
	p.Rescale = compareScaling(live.Scaling, want.Scaling, tagMap(live.Service.Tags)[CountTag])
	p.Changes = append(p.Changes, p.Rescale.Changes...)
	return p
}

// compareService fills in Update, Restarts and Retag for a service that exists.
func (p *Plan) compareService() {
	u := &ecs.UpdateServiceInput{}
	newTask := p.Reuse == nil || p.Reuse.ARN() != TaskDefinition(*p.Live.Service)
	if newTask && p.Reuse != nil {
		u.TaskDefinition = aws.String(p.Reuse.ARN())
	}
	old, want := withServiceDefaults(created(*p.Live.Service)), withServiceDefaults(p.Definition.Service)
	sameNamespace(old.ServiceConnectConfiguration, want.ServiceConnectConfiguration)
	restarts := newTask
	touched := newTask
	for _, f := range serviceFields() {
		reason, differs := f.compare(old, want)
		if !differs {
			continue
		}
		f.set(u, p.Definition.Service)
		if f.member == "DeploymentConfiguration" {
			u.DeploymentConfiguration = takenAway(old.DeploymentConfiguration, u.DeploymentConfiguration)
		}
		p.Changes = append(p.Changes, reason)
		restarts, touched = restarts || f.restarts, true
	}
	if m := p.monitoring(); m != nil {
		u.Monitoring, touched = m, true
		p.Changes = append(p.Changes, "resolution of the metrics")
	}
	if n := p.count(); n != nil {
		u.DesiredCount, touched = n, true
		p.Changes = append(p.Changes, "count "+strconv.Itoa(int(p.Live.Service.DesiredCount))+" → "+strconv.Itoa(int(*n)))
	}
	if d := primary(*p.Live.Service); d != nil && d.RolloutState == types.DeploymentRolloutStateFailed && !restarts {
		u.ForceNewDeployment, restarts, touched = true, true, true
		p.Changes = append(p.Changes, "the last deployment failed")
	}
	p.Restarts = restarts
	if touched {
		p.Update = u
	}
	p.Retag = retag(*p.Live.Service, p.Definition)
}

// count returns the desired count to write, or nil to leave it to whoever owns it.
func (p *Plan) count() *int32 {
	want := p.Definition.Service.DesiredCount
	live := p.Live.Service.DesiredCount
	if want == nil || live == *want {
		return nil
	}
	if s := p.Definition.Scaling; s.Target != nil && (live != 0 || aws.ToInt32(s.Target.MinCapacity) == 0) {
		return nil // auto scaling's, wherever it stands
	}
	asked, known := tagMap(p.Live.Service.Tags)[CountTag]
	if known && asked == number(want) && live != 0 { // none at all is what an interrupted delete leaves
		return nil
	}
	return want
}

// retag returns the wanted tags that the service lacks. Tags that others put on it stay.
func retag(live types.Service, want Definition) map[string]string {
	has, missing := tagMap(live.Tags), map[string]string{}
	if was := has[MonitoringTag]; was != "" && was != monitoringText(nil) && want.Service.Monitoring == nil {
		missing[MonitoringTag] = monitoringText(nil)
	}
	for k, v := range wantedTags(want) {
		if got, ok := has[k]; !ok || got != v {
			missing[k] = v
		}
	}
	return missing
}

func wantedTags(want Definition) map[string]string {
	tags := tagMap(want.Service.Tags)
	switch {
	case want.Scaling.Target != nil:
		tags[CountTag] = want.Scaling.Range()
	case want.Service.DesiredCount != nil:
		tags[CountTag] = number(want.Service.DesiredCount)
	}
	if want.Service.Monitoring != nil {
		tags[MonitoringTag] = monitoringText(want.Service.Monitoring)
	}
	return tags
}

// serviceField is a member of a service that can be updated.
type serviceField struct {
	name     string // as the user reads it
	member   string // of CreateServiceInput
	restarts bool   // UpdateService starts a deployment for it; see the members' documentation there
	set      func(*ecs.UpdateServiceInput, ecs.CreateServiceInput)
}

func (f serviceField) compare(old, want ecs.CreateServiceInput) (string, bool) {
	o, w := reflect.ValueOf(old).FieldByName(f.member), reflect.ValueOf(want).FieldByName(f.member)
	if f.member == "AvailabilityZoneRebalancing" && w.IsZero() {
		return "", false // not asked for: ECS keeps what the service has
	}
	diffs := differences(nil, o, w)
	if len(diffs) == 0 {
		return "", false
	}
	if len(diffs) == 1 && len(diffs[0].path) <= 2 {
		name := f.name
		if len(diffs[0].path) > 0 {
			name += "." + words(diffs[0].path)
		}
		return scalar(name, diffs[0]), true
	}
	return f.name, true
}
