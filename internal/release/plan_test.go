package release_test

import (
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/release"
)

const taskJSON = `{
  "family": "shop-test-web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
  "executionRoleArn": "arn:aws:iam::111122223333:role/shop-test-web-execution",
  "containerDefinitions": [{
    "name": "web", "image": "repo@sha256:1", "portMappings": [{"containerPort": 80}],
    "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
    "secrets": [{"name": "TOKEN", "valueFrom": "arn:aws:ssm:eu-west-1:111122223333:parameter/token"}],
    "healthCheck": {"command": ["CMD", "true"], "interval": 10},
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ferry/shop/test/web", "mode": "non-blocking"}}
  }],
  "tags": [{"key": "ferry:commit", "value": "abc"}]
}`

const serviceJSON = `{
  "cluster": "shop-test", "serviceName": "web", "taskDefinition": "shop-test-web", "desiredCount": 2, "launchType": "FARGATE",
  "loadBalancers": [], "serviceRegistries": [], "enableExecuteCommand": false, "enableECSManagedTags": true, "propagateTags": "SERVICE",
  "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}, "maximumPercent": 200, "minimumHealthyPercent": 100},
  "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-b", "subnet-a"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}},
  "serviceConnectConfiguration": {"enabled": false},
  "tags": [{"key": "ferry:application", "value": "shop"}]
}`

func wanted(t *testing.T) release.Definition {
	t.Helper()
	d, err := release.Parse([]byte(taskJSON), []byte(serviceJSON))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// registered is the task definition as ECS gives it back: its defaults filled in, lists in another order.
func registered(revision int32) *release.Task {
	return &release.Task{TaskDefinition: types.TaskDefinition{
		TaskDefinitionArn: aws.String("arn:aws:ecs:eu-west-1:111122223333:task-definition/shop-test-web:" + strconv.Itoa(int(revision))),
		Family:            aws.String("shop-test-web"), Revision: revision, Status: types.TaskDefinitionStatusActive,
		NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Compatibilities:         []types.Compatibility{types.CompatibilityEc2, types.CompatibilityFargate},
		ExecutionRoleArn:        aws.String("shop-test-web-execution"), Volumes: []types.Volume{}, PlacementConstraints: []types.TaskDefinitionPlacementConstraint{},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("repo@sha256:1"), Essential: aws.Bool(true), Cpu: 0,
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(80), HostPort: aws.Int32(80), Protocol: types.TransportProtocolTcp}},
			Environment:  []types.KeyValuePair{{Name: aws.String("A"), Value: aws.String("1")}, {Name: aws.String("B"), Value: aws.String("2")}},
			Secrets:      []types.Secret{{Name: aws.String("TOKEN"), ValueFrom: aws.String("arn:aws:ssm:eu-west-1:111122223333:parameter/token")}},
			HealthCheck:  &types.HealthCheck{Command: []string{"CMD", "true"}, Interval: aws.Int32(10), Timeout: aws.Int32(5), Retries: aws.Int32(3)},
			MountPoints:  []types.MountPoint{}, VolumesFrom: []types.VolumeFrom{}, SystemControls: []types.SystemControl{},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, SecretOptions: []types.Secret{},
				Options: map[string]string{"mode": "non-blocking", "awslogs-group": "/ferry/shop/test/web"}},
		}},
	}}
}

func running(task *release.Task) release.Live {
	return release.Live{Task: task, Latest: task, Service: &types.Service{
		ServiceName: aws.String("web"), Status: aws.String("ACTIVE"), TaskDefinition: task.TaskDefinitionArn, DesiredCount: 2,
		LaunchType: types.LaunchTypeFargate, PlatformVersion: aws.String("LATEST"), PropagateTags: types.PropagateTagsService,
		EnableECSManagedTags: true, AvailabilityZoneRebalancing: types.AvailabilityZoneRebalancingEnabled,
		DeploymentConfiguration: &types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyRolling, MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100), BakeTimeInMinutes: aws.Int32(0),
			Alarms: &types.DeploymentAlarms{AlarmNames: []string{}},
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true, ResetOnHealthyTask: aws.Bool(true),
				ThresholdConfiguration: &types.ThresholdConfiguration{Type: types.ThresholdTypeBoundedPercent, Value: 50}},
		},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{"subnet-a", "subnet-b"}, SecurityGroups: []string{"sg-1"}, AssignPublicIp: types.AssignPublicIpEnabled}},
		Deployments: []types.Deployment{{Status: aws.String("PRIMARY"), RolloutState: types.DeploymentRolloutStateCompleted}},
		Tags:        tags("ferry:application", "shop", "ferry:count", "2"),
	}}
}

func tags(kv ...string) []types.Tag {
	var all []types.Tag
	for i := 0; i < len(kv); i += 2 {
		all = append(all, types.Tag{Key: aws.String(kv[i]), Value: aws.String(kv[i+1])})
	}
	return all
}

func TestNothingIsDoneWhenOnlyAWSDefaultsAndOrderDiffer(t *testing.T) {
	t.Parallel()
	p := release.Compare(running(registered(7)), wanted(t))
	if !p.Empty() || p.Reuse.ARN() != registered(7).ARN() || len(p.Changes) > 0 {
		t.Errorf("got changes %q, update %+v, tags %v, want none", p.Changes, p.Update, p.Retag)
	}
}

// outcome is what a test compares of a plan.
type outcome struct {
	Changes  []string
	Reuse    int32
	Restarts bool
	Update   *ecs.UpdateServiceInput
	Retag    map[string]string
}

func TestOnlyWhatDiffersIsSentAndItsReasonIsTold(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*release.Definition, *release.Live)
		want   outcome
	}{
		"a new image, size and variable": {
			change: func(d *release.Definition, _ *release.Live) {
				c := &d.Task.ContainerDefinitions[0]
				d.Task.Cpu, c.Image = aws.String("512"), aws.String("repo@sha256:2")
				c.Environment[0].Value = aws.String("secret")
				c.Environment = append(c.Environment, types.KeyValuePair{Name: aws.String("C"), Value: aws.String("")})
				c.Secrets = nil
			},
			want: outcome{Restarts: true, Update: &ecs.UpdateServiceInput{},
				Changes: []string{"variables.B", "variables.C added", "image", "secrets.TOKEN removed", "cpu 256 → 512"}},
		},
		"another commit alone is no change": {
			change: func(d *release.Definition, _ *release.Live) { d.Task.Tags = tags("ferry:commit", "def") },
			want:   outcome{Reuse: 7},
		},
		"the latest revision is taken up when a run was killed after it had registered it": {
			change: func(d *release.Definition, l *release.Live) {
				l.Task, l.Service.TaskDefinition = registered(6), registered(6).TaskDefinitionArn
				l.Task.ContainerDefinitions[0].Image = aws.String("repo@sha256:0")
			},
			want: outcome{Reuse: 7, Restarts: true, Changes: []string{"image"}, Update: &ecs.UpdateServiceInput{TaskDefinition: registered(7).TaskDefinitionArn}},
		},
		"the count that auto scaling set stays as long as the manifest's stays": {
			change: func(_ *release.Definition, l *release.Live) { l.Service.DesiredCount = 9 },
			want:   outcome{Reuse: 7},
		},
		"the manifest's new count is written": {
			change: func(d *release.Definition, _ *release.Live) { d.Service.DesiredCount = aws.Int32(3) },
			want: outcome{Reuse: 7, Changes: []string{"count 2 → 3"}, Update: &ecs.UpdateServiceInput{DesiredCount: aws.Int32(3)},
				Retag: map[string]string{"ferry:count": "3"}},
		},
		"a service that an interrupted delete drained is filled again": {
			change: func(_ *release.Definition, l *release.Live) { l.Service.DesiredCount = 0 },
			want:   outcome{Reuse: 7, Changes: []string{"count 0 → 2"}, Update: &ecs.UpdateServiceInput{DesiredCount: aws.Int32(2)}},
		},
		"a setting that restarts nothing": {
			change: func(d *release.Definition, _ *release.Live) { d.Service.EnableExecuteCommand = true },
			want:   outcome{Reuse: 7, Changes: []string{"exec false → true"}, Update: &ecs.UpdateServiceInput{EnableExecuteCommand: aws.Bool(true)}},
		},
		"a block that went is sent as empty": {
			change: func(_ *release.Definition, l *release.Live) {
				l.Service.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: aws.String("tg"), ContainerName: aws.String("web"), ContainerPort: aws.Int32(80)}}
			},
			want: outcome{Reuse: 7, Restarts: true, Changes: []string{"load balancer"}, Update: &ecs.UpdateServiceInput{LoadBalancers: []types.LoadBalancer{}}},
		},
		"a deployment that failed is tried again": {
			change: func(_ *release.Definition, l *release.Live) {
				l.Service.Deployments[0].RolloutState = types.DeploymentRolloutStateFailed
			},
			want: outcome{Reuse: 7, Restarts: true, Changes: []string{"the last deployment failed"}, Update: &ecs.UpdateServiceInput{ForceNewDeployment: true}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, l := wanted(t), running(registered(7))
			c.change(&d, &l)
			p := release.Compare(l, d)
			got := outcome{Changes: p.Changes, Restarts: p.Restarts, Update: p.Update, Retag: p.Retag}
			if p.Reuse != nil {
				got.Reuse = p.Reuse.Revision
			}
			if len(got.Retag) == 0 {
				got.Retag = nil
			}
			if diff := cmp.Diff(c.want, got, ignoreSerde()); diff != "" {
				t.Errorf("the plan differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAServiceThatIsAbsentIsCreated(t *testing.T) {
	t.Parallel()
	p := release.Compare(release.Live{Latest: registered(3)}, wanted(t))
	if !p.First() || p.Reuse.ARN() != registered(3).ARN() || p.Update != nil {
		t.Errorf("got %+v, want a creation that reuses revision 3", p)
	}
}

func TestAnUnknownKeyIsNeverLeftOutInSilence(t *testing.T) {
	t.Parallel()
	if _, err := release.Parse([]byte(`{"family": "a", "memroy": "512"}`), []byte(serviceJSON)); err == nil {
		t.Error("got no error")
	}
}
