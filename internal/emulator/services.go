package emulator

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/autoscaling"
	"ferry.dev/ferry/internal/emulator/cfn"
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
	"ferry.dev/ferry/internal/emulator/s3"
	"ferry.dev/ferry/internal/emulator/scheduler"
	"ferry.dev/ferry/internal/emulator/secrets"
	"ferry.dev/ferry/internal/emulator/sfn"
	"ferry.dev/ferry/internal/emulator/sns"
	"ferry.dev/ferry/internal/emulator/sqs"
	"ferry.dev/ferry/internal/emulator/ssm"
	"ferry.dev/ferry/internal/emulator/sts"
	"ferry.dev/ferry/internal/emulator/tagging"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Services are all services of one world: they know each other and share scope and clock.
type Services struct {
	STS         *sts.Service
	IAM         *iam.Service
	EC2         *ec2.Service
	SSM         *ssm.Service
	Secrets     *secrets.Service
	CloudMap    *cloudmap.Service
	AutoScaling *autoscaling.Service
	CloudWatch  *cloudwatch.Service
	Logs        *cwlogs.Service
	ELB         *elb.Service
	ECR         *ecr.Service
	EFS         *efs.Service
	ECS         *ecs.Service
	SQS         *sqs.Service
	SNS         *sns.Service
	CFN         *cfn.Service
	Tagging     *tagging.Service
	S3          *s3.Service
	CloudFront  *cloudfront.Service
	SFN         *sfn.Service
	Scheduler   *scheduler.Service

	wire  map[string]*wire.Service // by the service's name in a signature
	rest  map[string]restService   // those whose protocol is their own, likewise
	parts []part
}

// part is a service with state. Parts stand in the order in which they are loaded: who is called before who calls.
type part struct {
	name string
	svc  interface {
		Save() ([]byte, error)
		Load([]byte) error
	}
}

// newServices makes a world without anything in it.
func newServices(o Options) *Services {
	s := &Services{
		STS: sts.New(o.Scope), IAM: iam.New(o.Scope, o.Clock), EC2: ec2.New(o.Scope), SSM: ssm.New(o.Scope, o.Clock),
		Secrets: secrets.New(o.Scope, o.Clock), CloudMap: cloudmap.New(o.Scope, o.Clock),
		Logs: cwlogs.New(o.Scope, o.Clock),
		ECR:  ecr.New(ecr.Deps{Scope: o.Scope, Clock: o.Clock, Dir: o.blobs(), Host: func() string { return o.Addr }}),
	}
	s.S3 = s3.New(s3.Deps{Scope: o.Scope, Clock: o.Clock, Dir: o.objects()})
	s.CloudFront = cloudfront.New(cloudfront.Deps{Scope: o.Scope, Clock: o.Clock, S3: s.S3})
	s.SQS = sqs.New(sqs.Deps{Scope: o.Scope, Clock: o.Clock, Work: o.work(), Host: func() string { return o.Addr }})
	s.SNS = sns.New(sns.Deps{Scope: o.Scope, Clock: o.Clock, Queues: s.SQS, Host: func() string { return o.Addr }})
	s.ELB = elb.New(elb.Deps{Scope: o.Scope, Clock: o.Clock, Subnet: s.subnet})
	s.EFS = efs.New(efs.Deps{Scope: o.Scope, Dir: o.files(), Zone: s.zone})
	s.ECS = ecs.New(ecs.Deps{Scope: o.Scope, Clock: o.Clock, Runtime: o.Runtime, ELB: s.ELB, CloudMap: s.CloudMap, Logs: s.Logs, ECR: s.ECR,
		SSM: s.SSM, Secrets: s.Secrets, EFS: s.EFS, Objects: s.S3, InstanceDir: o.instance(), Public: s.EC2.Public, Scaling: func() ecs.Scaler { return s.AutoScaling }, Endpoint: func() string { return "http://" + o.Addr }})
	s.AutoScaling = autoscaling.New(autoscaling.Deps{Scope: o.Scope, Clock: o.Clock, ECS: s.ECS})
	s.CloudWatch = cloudwatch.New(cloudwatch.Deps{Scope: o.Scope, Clock: o.Clock, Scaling: s.AutoScaling, Topics: s.SNS})
	s.SFN = sfn.New(sfn.Deps{Scope: o.Scope, Clock: o.Clock, Tasks: s.ECS})
	s.Scheduler = scheduler.New(scheduler.Deps{Scope: o.Scope, Clock: o.Clock, Tasks: s.ECS, Executions: s.SFN, Queues: s.SQS})
	s.CFN = cfn.New(cfn.Deps{Scope: o.Scope, Clock: o.Clock, ECS: s.ECS, ELB: s.ELB, ECR: s.ECR, Logs: s.Logs, IAM: s.IAM, EC2: s.EC2,
		SSM: s.SSM, Secrets: s.Secrets, CloudMap: s.CloudMap, S3: s.S3, EFS: s.EFS, CloudFront: s.CloudFront, SQS: s.SQS, SNS: s.SNS,
		Scheduler: s.Scheduler, SFN: s.SFN, CloudWatch: s.CloudWatch})
	s.parts = []part{{"sts", s.STS}, {"iam", s.IAM}, {"ec2", s.EC2}, {"ssm", s.SSM}, {"secretsmanager", s.Secrets}, {"servicediscovery", s.CloudMap},
		{"logs", s.Logs}, {"elasticloadbalancing", s.ELB}, {"ecr", s.ECR}, {"elasticfilesystem", s.EFS}, {"sqs", s.SQS}, {"sns", s.SNS}, {"ecs", s.ECS}, {"application-autoscaling", s.AutoScaling},
		{"monitoring", s.CloudWatch}, {"s3", s.S3}, {"cloudfront", s.CloudFront},
		{"states", s.SFN}, {"scheduler", s.Scheduler}, {"cloudformation", s.CFN}}
	s.wire, s.rest = map[string]*wire.Service{}, map[string]restService{}
	var tagged []tagging.Source
	for _, p := range s.parts {
		if w, ok := p.svc.(interface{ Wire() wire.Service }); ok {
			s.serve(w.Wire())
		}
		if r, ok := p.svc.(restService); ok {
			s.rest[r.Name()] = r
		}
		if t, ok := p.svc.(tagging.Source); ok {
			tagged = append(tagged, t)
		}
	}
	s.Tagging = tagging.New(tagged...)
	s.serve(s.Tagging.Wire())
	return s
}

// subnet tells the load balancers where a subnet is.
func (s *Services) subnet(id string) (elb.Subnet, bool) {
	out, err := s.EC2.DescribeSubnets(context.Background(), &ec2.DescribeSubnetsInput{SubnetIds: []string{id}})
	if err != nil || len(out.Subnets) != 1 {
		return elb.Subnet{}, false
	}
	return elb.Subnet{Zone: aws.ToString(out.Subnets[0].AvailabilityZone), VPC: aws.ToString(out.Subnets[0].VpcId)}, true
}

// zone tells a file system where a subnet is.
func (s *Services) zone(id string) (string, bool) {
	subnet, ok := s.subnet(id)
	return subnet.Zone, ok
}

func (s *Services) serve(w wire.Service) { s.wire[w.Name] = &w }

// Wire returns what every service declares, by its name in a signature.
func (s *Services) Wire() map[string]*wire.Service { return s.wire }

// close ends everything that runs, callers before whom they call.
func (s *Services) close() error {
	var errs []error
	for _, p := range slices.Backward(s.parts) {
		if c, ok := p.svc.(interface{ Close() error }); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// files is where file systems lie; "" is a temporary directory.
func (o Options) files() string {
	if o.Dir == "" {
		return ""
	}
	return fileDir(o.Dir)
}

// instance is where volumes of the machine itself lie: those that several tasks on a container instance share.
func (o Options) instance() string {
	if o.Dir == "" {
		return ""
	}
	return instanceDir(o.Dir)
}

// work is the clock of what tasks do: real processes take as long as they take.
func (o Options) work() *clock.Clock {
	if o.Runtime != nil && o.Runtime.Name() != "virtual" {
		return clock.Real(1)
	}
	return o.Clock
}

// blobs is where the registry keeps what was pushed; "" is memory.
func (o Options) blobs() string {
	if o.Dir == "" {
		return ""
	}
	return blobDir(o.Dir)
}

// objects is where S3 keeps objects; "" is memory.
func (o Options) objects() string {
	if o.Dir == "" {
		return ""
	}
	return objectDir(o.Dir)
}
