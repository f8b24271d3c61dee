package cfn

import (
	"context"
	"maps"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cloudfront"
	"ferry.dev/ferry/internal/emulator/cloudmap"
	"ferry.dev/ferry/internal/emulator/cloudwatch"
	"ferry.dev/ferry/internal/emulator/cwlogs"
	"ferry.dev/ferry/internal/emulator/ec2"
	"ferry.dev/ferry/internal/emulator/ecr"
	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/efs"
	"ferry.dev/ferry/internal/emulator/elb"
	"ferry.dev/ferry/internal/emulator/iam"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/s3"
	"ferry.dev/ferry/internal/emulator/scheduler"
	"ferry.dev/ferry/internal/emulator/secrets"
	"ferry.dev/ferry/internal/emulator/sfn"
	"ferry.dev/ferry/internal/emulator/sns"
	"ferry.dev/ferry/internal/emulator/sqs"
	"ferry.dev/ferry/internal/emulator/ssm"
)

// Deps are the services that hold what stacks are made of.
type Deps struct {
	Scope      ids.Scope
	Clock      *clock.Clock
	ECS        *ecs.Service
	ELB        *elb.Service
	ECR        *ecr.Service
	Logs       *cwlogs.Service
	IAM        *iam.Service
	EC2        *ec2.Service
	SSM        *ssm.Service
	Secrets    *secrets.Service
	CloudMap   *cloudmap.Service
	S3         *s3.Service
	EFS        *efs.Service
	CloudFront *cloudfront.Service
	SQS        *sqs.Service
	SNS        *sns.Service
	CloudWatch *cloudwatch.Service
	Scheduler  *scheduler.Service
	SFN        *sfn.Service
}

// providers are the resource types that stacks can hold.
func (d Deps) providers() map[string]provider {
	all := map[string]provider{}
	for _, some := range []map[string]provider{d.network(), d.securityGroups(), d.ecs(), d.instances(), d.elb(), d.iam(), d.small(), d.s3(), d.files(), d.cloudfront(), d.names(), d.jobs()} {
		maps.Copy(all, some)
	}
	return all
}

// zones lists the availability zones of a region.
func (d Deps) zones(region string) []string {
	out, err := d.EC2.DescribeAvailabilityZones(context.Background(), &ec2.DescribeAvailabilityZonesInput{})
	if err != nil || region != d.Scope.Region {
		return []string{region + "a", region + "b", region + "c"}
	}
	var names []string
	for _, z := range out.AvailabilityZones {
		if z.ZoneName != nil {
			names = append(names, *z.ZoneName)
		}
	}
	return names
}

// parameter reads an SSM parameter for a template's parameter.
func (d Deps) parameter(ctx context.Context, name string) (string, error) {
	return d.SSM.Value(ctx, name)
}
