package plan

import (
	"cmp"
	"strings"
)

// Placeholders of a task definition or service definition. They begin with a NUL, which no manifest and no environment
// variable can hold, so that a user's own "${…}" is never taken for one; render writes them as "${…}".
const (
	AccountRef = "\x00{AWS::AccountId}"
	RegionRef  = "\x00{AWS::Region}"
)

// Ref stands for an output of a stack until render.Resolve fills it in.
func Ref(stack, output string) string { return "\x00{" + stack + "." + output + "}" }

// ImportText stands, in a text for Fn::Sub, for a value that another stack exports. Package render writes the import.
func ImportText(export string) string { return "${" + ImportMark + export + "}" }

// ImportMark begins such a placeholder. No name of CloudFormation's holds a single colon, so nothing else does.
const ImportMark = "ImportValue:"

// Partition returns the partition of a region's ARNs: "aws", "aws-cn", "aws-us-gov" and so on.
func Partition(region string) string {
	prefix, _, _ := strings.Cut(region, "-")
	switch {
	case prefix == "cn":
		return "aws-cn"
	case prefix == "eusc":
		return "aws-eusc"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "us-iso-"):
		return "aws-iso"
	case strings.HasPrefix(region, "us-isob-"):
		return "aws-iso-b"
	case strings.HasPrefix(region, "eu-isoe-"):
		return "aws-iso-e"
	case strings.HasPrefix(region, "us-isof-"):
		return "aws-iso-f"
	}
	return "aws"
}

// arn builds the ARN of something in the service's own account and region; what is not known stays a placeholder.
func (s Service) arn(service, resource string) string {
	return joinARN(Partition(s.Region), service, cmp.Or(s.Region, RegionRef), cmp.Or(s.Account, AccountRef), resource)
}

// RoleARN returns the ARN of a role by its name. Names are computed, so no stack output has to be awaited.
func (s Service) RoleARN(name string) string {
	return joinARN(Partition(s.Region), "iam", "", cmp.Or(s.Account, AccountRef), "role/"+name)
}

func joinARN(partition, service, region, account, resource string) string {
	return strings.Join([]string{"arn", partition, service, region, account, resource}, ":")
}

// substARN builds an ARN for Fn::Sub in a template, where CloudFormation knows partition, region and account.
func substARN(service, resource string) string {
	return joinARN("${AWS::Partition}", service, "${AWS::Region}", "${AWS::AccountId}", resource)
}
