package emulator_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// foreign runs a program that is not ours against the emulator and returns what it printed.
func foreign(t *testing.T, h *emulatortest.Handle, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(h.Env(), "PATH="+os.Getenv("PATH"), "HOME="+t.TempDir(), "AWS_PAGER=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

func TestTheAWSCommandLineReadsTheEndpoint(t *testing.T) {
	t.Parallel()
	run := emulatortest.AWS(t)
	aws := func(line string) string { return run(strings.Fields(line)...) }
	vpc := aws("ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId --tag-specifications ResourceType=vpc,Tags=[{Key=Name,Value=demo}]")
	got := []string{
		aws("sts get-caller-identity --query Account"),
		aws("ec2 describe-vpcs --filters Name=tag:Name,Values=demo --query Vpcs[].CidrBlock"),
		aws("ec2 describe-security-groups --filters Name=vpc-id,Values=" + vpc + " --query SecurityGroups[].GroupName"),
		aws("ec2 describe-availability-zones --query AvailabilityZones[].ZoneName"),
		aws("ec2 describe-subnets --query Subnets[].SubnetId"),
		aws("iam list-roles --query length(Roles)"),
		aws("ssm put-parameter --name /demo --value x --type String --query Version"),
		aws("ssm get-parameter --name /demo --query Parameter.Value"),
	}
	want := []string{"000000000000", "10.0.0.0/16", "default", "us-east-1a\tus-east-1b\tus-east-1c", "", "0", "1", "x"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheAWSCommandLineSendsAndReceives(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	// This command ignores the endpoint variables for SQS.
	sqs := func(args ...string) string {
		return foreign(t, h, "aws", append([]string{"--endpoint-url", h.URL, "--output", "text", "sqs"}, args...)...)
	}
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the aws command line is not installed")
	}
	url := sqs("create-queue", "--queue-name", "q", "--query", "QueueUrl")
	sent := sqs("send-message", "--queue-url", url, "--message-body", "hello", "--query", "MD5OfMessageBody")
	receipt := sqs("receive-message", "--queue-url", url, "--query", "Messages[0].ReceiptHandle")
	got := []string{
		url, sent,
		sqs("get-queue-attributes", "--queue-url", url, "--attribute-names", "All", "--query", "Attributes.[QueueArn,VisibilityTimeout]"),
		sqs("delete-message", "--queue-url", url, "--receipt-handle", receipt),
		sqs("list-queues", "--query", "QueueUrls"),
		foreign(t, h, "aws", "--output", "text", "sns", "create-topic", "--name", "t", "--query", "TopicArn"),
		foreign(t, h, "aws", "--output", "text", "sns", "list-topics", "--query", "Topics[].TopicArn"),
	}
	topic := "arn:aws:sns:us-east-1:000000000000:t"
	want := []string{h.URL + "/000000000000/q", "5d41402abc4b2a76b9719d911017c592", "arn:aws:sqs:us-east-1:000000000000:q\t30", "", h.URL + "/000000000000/q", topic, topic}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// botoScript uses every service of this package's own once, the way boto3's users do, and prints what it saw.
const botoScript = `
import boto3, json
out = {}
iam = boto3.client('iam')
iam.create_role(RoleName='r', AssumeRolePolicyDocument=json.dumps({'Statement': [{'Effect': 'Allow'}]}), Tags=[{'Key': 'a', 'Value': 'b'}])
iam.get_waiter('role_exists').wait(RoleName='r')
out['trust'] = iam.get_role(RoleName='r')['Role']['AssumeRolePolicyDocument']
iam.attach_role_policy(RoleName='r', PolicyArn='arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess')
try:
    iam.delete_role(RoleName='r')
except iam.exceptions.DeleteConflictException as e:
    out['conflict'] = e.response['ResponseMetadata']['HTTPStatusCode']
ec2 = boto3.client('ec2')
vpc = ec2.create_vpc(CidrBlock='10.0.0.0/16')['Vpc']['VpcId']
ec2.get_waiter('vpc_available').wait(VpcIds=[vpc])
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock='10.0.1.0/24')['Subnet']['SubnetId']
ec2.get_waiter('subnet_available').wait(SubnetIds=[subnet])
nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=ec2.allocate_address(Domain='vpc')['AllocationId'])['NatGateway']['NatGatewayId']
ec2.get_waiter('nat_gateway_available').wait(NatGatewayIds=[nat])
try:
    ec2.delete_vpc(VpcId=vpc)
except ec2.exceptions.ClientError as e:
    out['vpc'] = e.response['Error']['Code']
out['egress'] = ec2.describe_security_groups()['SecurityGroups'][0]['IpPermissionsEgress'][0]['IpRanges']
ssm = boto3.client('ssm')
ssm.put_parameter(Name='/a', Value='1', Type='StringList', Tags=[{'Key': 'k', 'Value': 'v'}])
try:
    ssm.get_parameter(Name='/b')
except ssm.exceptions.ParameterNotFound as e:
    out['parameter'] = e.response['Error']['Message']
sec = boto3.client('secretsmanager')
sec.create_secret(Name='s', SecretBinary=b'\x00\x01')
out['secret'] = list(sec.get_secret_value(SecretId='s')['SecretBinary'])
sd = boto3.client('servicediscovery')
out['namespace'] = sd.get_operation(OperationId=sd.create_http_namespace(Name='n')['OperationId'])['Operation']['Status']
aas = boto3.client('application-autoscaling')
try:
    aas.register_scalable_target(ServiceNamespace='ecs', ResourceId='service/c/s', ScalableDimension='ecs:service:DesiredCount', MinCapacity=1, MaxCapacity=2)
except aas.exceptions.ValidationException as e:
    out['scale'] = len(aas.describe_scalable_targets(ServiceNamespace='ecs')['ScalableTargets'])
tag = boto3.client('resourcegroupstaggingapi')
out['tagged'] = [r['ResourceARN'] for p in tag.get_paginator('get_resources').paginate(TagFilters=[{'Key': 'k'}]) for r in p['ResourceTagMappingList']]
sqs, sns = boto3.client('sqs'), boto3.client('sns')
url = sqs.create_queue(QueueName='q', Attributes={'VisibilityTimeout': '43200'}, tags={'k': 'v'})['QueueUrl']
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
topic = sns.create_topic(Name='t')['TopicArn']
sns.subscribe(TopicArn=topic, Protocol='sqs', Endpoint=arn, Attributes={'RawMessageDelivery': 'true', 'FilterPolicy': json.dumps({'n': [{'numeric': ['>', 1]}]})})
for n in ('1', '2'):
    sns.publish(TopicArn=topic, Message='m' + n, MessageAttributes={'n': {'DataType': 'Number', 'StringValue': n}})
got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10, MessageAttributeNames=['All'])['Messages']
out['messages'] = [[m['Body'], m['MessageAttributes']['n']['StringValue']] for m in got]
sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=got[0]['ReceiptHandle'], VisibilityTimeout=0)
out['again'] = [m['Body'] for m in sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)['Messages']]
try:
    sqs.get_queue_url(QueueName='none')
except sqs.exceptions.QueueDoesNotExist as e:
    out['queue'] = e.response['Error']['Code']
try:
    sns.get_topic_attributes(TopicArn=topic + 'x')
except sns.exceptions.NotFoundException as e:
    out['topic'] = e.response['ResponseMetadata']['HTTPStatusCode']
try:
    boto3.client('dynamodb').list_tables()
except Exception as e:
    out['dynamodb'] = e.response['Error']['Code']
print(json.dumps(out))
`

func TestBoto3AndItsWaitersReadTheEndpoint(t *testing.T) {
	t.Parallel()
	if err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run(); err != nil {
		t.Skip("boto3 is not installed")
	}
	out := foreign(t, emulatortest.Start(t), "python3", "-c", botoScript)
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[string]any{
		"trust":    map[string]any{"Statement": []any{map[string]any{"Effect": "Allow"}}},
		"conflict": 409.0, "vpc": "DependencyViolation", "egress": []any{map[string]any{"CidrIp": "0.0.0.0/0"}},
		"parameter": "Parameter /b not found.", "secret": []any{0.0, 1.0}, "namespace": "SUCCESS", "scale": 0.0,
		"tagged": []any{"arn:aws:ssm:us-east-1:000000000000:parameter/a"}, "dynamodb": "UnknownOperationException",
		"messages": []any{[]any{"m2", "2"}}, "again": []any{"m2"}, "queue": "AWS.SimpleQueueService.NonExistentQueue", "topic": 404.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
