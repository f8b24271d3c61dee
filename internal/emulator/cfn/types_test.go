package cfn_test

import (
	"strings"
	"testing"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"
)

// everyType has a resource of each type that the environment and service templates do not use.
const everyType = `
Parameters: {Days: {Type: Number, Default: 7}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16, EnableDnsHostnames: true}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""], MapPublicIpOnLaunch: true}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: tasks
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0, Description: web}]
      SecurityGroupEgress: [{IpProtocol: "-1", CidrIp: 0.0.0.0/0}]
  Inside: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Group, IpProtocol: "-1", SourceSecurityGroupId: !Ref Group, Description: one}}
  Out: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Group, IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 10.1.0.0/16}}
  Cluster: {Type: AWS::ECS::Cluster, Properties: {CapacityProviders: [FARGATE], ClusterSettings: [{Name: containerInsights, Value: disabled}]}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Role]}}
  Machines: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {ImageId: ami-1, InstanceType: t3.small, IamInstanceProfile: {Arn: !GetAtt Profile.Arn}}}}
  Fleet:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {MinSize: "0", MaxSize: "2", VPCZoneIdentifier: [!Ref A], LaunchTemplate: {LaunchTemplateId: !Ref Machines, Version: !GetAtt Machines.LatestVersionNumber}}
  Capacity: {Type: AWS::ECS::CapacityProvider, Properties: {AutoScalingGroupProvider: {AutoScalingGroupArn: !Ref Fleet, ManagedScaling: {Status: ENABLED, TargetCapacity: 100}}}}
  Offered:
    Type: AWS::ECS::ClusterCapacityProviderAssociations
    Properties: {Cluster: !Ref Cluster, CapacityProviders: [FARGATE, !Ref Capacity], DefaultCapacityProviderStrategy: [{CapacityProvider: !Ref Capacity, Weight: 1}]}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}, ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"], Description: one}}
  Policy: {Type: AWS::IAM::Policy, Properties: {PolicyName: more, Roles: [!Ref Role], PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}}
  Space: {Type: AWS::ServiceDiscovery::HttpNamespace, Properties: {Name: space}}
  Param: {Type: AWS::SSM::Parameter, Properties: {Name: /app/one, Type: String, Value: one}}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {SecretStringTemplate: '{"user":"app"}', GenerateStringKey: password, ExcludePunctuation: true}}}
  Repo:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: demo/every, EmptyOnDelete: true, ImageScanningConfiguration: {ScanOnPush: true}, LifecyclePolicy: {LifecyclePolicyText: '{"rules":[]}'}}
  Files: {Type: AWS::EFS::FileSystem, Properties: {Encrypted: true, FileSystemTags: [{Key: Name, Value: one}]}}
  Target: {Type: AWS::EFS::MountTarget, Properties: {FileSystemId: !Ref Files, SubnetId: !Ref A, SecurityGroups: [!GetAtt Group.GroupId]}}
  Door: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files, PosixUser: {Uid: "1000", Gid: "1000"}, RootDirectory: {Path: /web, CreationInfo: {OwnerUid: "1000", OwnerGid: "1000", Permissions: "0755"}}}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Days}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: every
      Cpu: "256"
      Memory: "512"
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ExecutionRoleArn: !GetAtt Role.Arn
      ContainerDefinitions:
        - Name: web
          Image: public.ecr.aws/nginx/nginx:stable
          PortMappings: [{ContainerPort: 8080}]
          Environment: [{Name: DAYS, Value: !Ref Days}, {Name: REPOSITORY, Value: !GetAtt Repo.RepositoryUri}]
          LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: !Ref Logs, awslogs-region: !Ref "AWS::Region", awslogs-stream-prefix: web}}
  Service:
    Type: AWS::ECS::Service
    DependsOn: Policy
    Properties:
      Cluster: !Ref Cluster
      LaunchType: FARGATE
      DesiredCount: 1
      TaskDefinition: !Ref Task
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A, !Ref B], SecurityGroups: [!GetAtt Group.GroupId], AssignPublicIp: ENABLED}}
  Times: {Type: AWS::Scheduler::ScheduleGroup}
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      GroupName: !Ref Times
      ScheduleExpression: cron(0 2 * * ? *)
      StartDate: "2199-01-01T00:00:00Z"
      State: DISABLED
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !Ref Machine, RoleArn: !GetAtt Role.Arn, Input: "{}", RetryPolicy: {MaximumRetryAttempts: 3}}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties: {RoleArn: !GetAtt Role.Arn, Definition: {StartAt: Rest, States: {Rest: {Type: Wait, Seconds: 5, End: true}}}}
Outputs:
  Out: {Value: !Join ["|", [!GetAtt Service.Name, !Ref Task, !GetAtt Param.Value, !GetAtt Vpc.DefaultSecurityGroup, !GetAtt Cluster.Arn, !GetAtt Role.RoleId, !GetAtt Space.Id, !Ref Secret, !GetAtt Daily.Arn, !GetAtt Times.Arn, !GetAtt Machine.Name]]}
`

func TestEveryTypeIsMadeChangedAndRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.create("every", everyType)
	if st.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	next := strings.NewReplacer(
		"Default: 7", "Default: 30", "ToPort: 80, CidrIp: 0.0.0.0/0, Description: web", "ToPort: 443, CidrIp: 0.0.0.0/0, Description: web", "Description: one", "Description: two",
		"Value: disabled", "Value: enabled", "s3:*", "sqs:*", "Value: one", "Value: two", "ScanOnPush: true", "ScanOnPush: false", "MapPublicIpOnLaunch: true", "MapPublicIpOnLaunch: false",
		"EnableDnsHostnames: true", "EnableDnsHostnames: false", `'{"rules":[]}'`, `'{"rules":[{}]}'`, "PolicyName: more", "PolicyName: less", "t3.small", "t3.large", "TargetCapacity: 100", "TargetCapacity: 90",
		"cron(0 2 * * ? *)", "cron(0 3 * * ? *)", "Seconds: 5", "Seconds: 6", "Value: one}]}}\n  Target", "Value: two}]}}\n  Target",
	).Replace(everyType)
	set := w.change("every", "next", next, types.ChangeSetTypeUpdate)
	var got []string
	for _, c := range set.Changes {
		got = append(got, *c.ResourceChange.LogicalResourceId+" "+string(c.ResourceChange.Replacement))
	}
	want := []string{"A False", "Capacity False", "Cluster False", "Daily False", "Files False", "Group False", "Inside False", "Logs False", "Machine False", "Machines False", "Param False", "Policy False", "Repo False", "Role False", "Service False", "Task True", "Vpc False"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	_, err := w.ExecuteChangeSet(t.Context(), &cf.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId})
	w.must(err)
	if st = w.settled("every"); st.StackStatus != types.StackStatusUpdateComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	if again := w.change("every", "again", next, types.ChangeSetTypeUpdate); again.Status != types.ChangeSetStatusFailed {
		t.Errorf("the same again would change %d resources", len(again.Changes))
	}
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}
