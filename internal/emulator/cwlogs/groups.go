package cwlogs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// group is one log group.
type group struct {
	Name      string
	Created   int64
	Retention int32 // days; 0 = for ever
	Class     types.LogGroupClass
	KMSKey    string
	Protected bool // deletion protection
	Tags      map[string]string
	Streams   map[string]*stream
}

// retentionDays are the values that PutRetentionPolicy accepts.
func retentionDays() []int32 {
	return []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
}

func checkName(kind, field, name, pattern string) error {
	if len(name) < 1 || len(name) > 512 || !regexp.MustCompile(pattern).MatchString(name) {
		return invalid(fmt.Sprintf("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy regular expression pattern: %s (%s)",
			name, field, pattern, kind))
	}
	return nil
}

// CreateLogGroup makes a log group; a name that is taken is ResourceAlreadyExistsException.
func (s *Service) CreateLogGroup(_ context.Context, in *cloudwatchlogs.CreateLogGroupInput) (*cloudwatchlogs.CreateLogGroupOutput, error) {
	name := aws.ToString(in.LogGroupName)
	if err := checkName("log group", "logGroupName", name, `^[\.\-_/#A-Za-z0-9]+$`); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups[name] != nil {
		return nil, exists("The specified log group already exists")
	}
	class := cmp.Or(in.LogGroupClass, types.LogGroupClassStandard)
	tags := maps.Clone(in.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	s.groups[name] = &group{
		Name: name, Created: s.millis(), Class: class, KMSKey: aws.ToString(in.KmsKeyId),
		Protected: aws.ToBool(in.DeletionProtectionEnabled), Tags: tags, Streams: map[string]*stream{},
	}
	return &cloudwatchlogs.CreateLogGroupOutput{}, nil
}

// DeleteLogGroup deletes a log group with all that is in it.
func (s *Service) DeleteLogGroup(_ context.Context, in *cloudwatchlogs.DeleteLogGroupInput) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.LogGroupName, nil)
	if err != nil {
		return nil, err
	}
	if g.Protected {
		return nil, &types.ValidationException{Message: aws.String("The log group has deletion protection enabled.")}
	}
	delete(s.groups, g.Name)
	return &cloudwatchlogs.DeleteLogGroupOutput{}, nil
}

// DescribeLogGroups lists log groups by name, 50 to a page unless Limit says otherwise.
func (s *Service) DescribeLogGroups(_ context.Context, in *cloudwatchlogs.DescribeLogGroupsInput) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name, g := range s.groups {
		if strings.HasPrefix(name, aws.ToString(in.LogGroupNamePrefix)) &&
			strings.Contains(strings.ToLower(name), strings.ToLower(aws.ToString(in.LogGroupNamePattern))) &&
			(in.LogGroupClass == "" || in.LogGroupClass == g.Class) &&
			(len(in.LogGroupIdentifiers) == 0 || slices.ContainsFunc(in.LogGroupIdentifiers, func(id string) bool { return groupName(id) == name })) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names, next, err := page(names, strings.Compare, in.Limit, 50, 50, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogGroupsOutput{LogGroups: []types.LogGroup{}, NextToken: next}
	for _, name := range names {
		out.LogGroups = append(out.LogGroups, s.describeGroup(s.groups[name]))
	}
	return out, nil
}

func (s *Service) describeGroup(g *group) types.LogGroup {
	arn := s.groupARN(g.Name)
	out := types.LogGroup{
		Arn: aws.String(arn + ":*"), LogGroupArn: aws.String(arn), LogGroupName: aws.String(g.Name),
		CreationTime: aws.Int64(g.Created), LogGroupClass: g.Class, MetricFilterCount: aws.Int32(0), StoredBytes: aws.Int64(0),
	}
	if g.Retention > 0 {
		out.RetentionInDays = aws.Int32(g.Retention)
	}
	if g.KMSKey != "" {
		out.KmsKeyId = aws.String(g.KMSKey)
	}
	if g.Protected {
		out.DeletionProtectionEnabled = aws.Bool(true)
	}
	var stored int64
	for _, st := range g.Streams {
		stored += st.Bytes
	}
	out.StoredBytes = aws.Int64(stored)
	return out
}

// PutRetentionPolicy sets after how many days events go.
func (s *Service) PutRetentionPolicy(_ context.Context, in *cloudwatchlogs.PutRetentionPolicyInput) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
	days := aws.ToInt32(in.RetentionInDays)
	if !slices.Contains(retentionDays(), days) {
		return nil, invalid(fmt.Sprintf("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: %v", days, retentionDays()))
	}
	return &cloudwatchlogs.PutRetentionPolicyOutput{}, s.setRetention(in.LogGroupName, days)
}

// DeleteRetentionPolicy lets events stay for ever.
func (s *Service) DeleteRetentionPolicy(_ context.Context, in *cloudwatchlogs.DeleteRetentionPolicyInput) (*cloudwatchlogs.DeleteRetentionPolicyOutput, error) {
	return &cloudwatchlogs.DeleteRetentionPolicyOutput{}, s.setRetention(in.LogGroupName, 0)
}

func (s *Service) setRetention(name *string, days int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(name, nil)
	if err != nil {
		return err
	}
	g.Retention = days
	return nil
}

// group finds a log group by its name or by an identifier, which is a name or an ARN. The caller holds the lock.
func (s *Service) group(name, identifier *string) (*group, error) {
	if name != nil && identifier != nil {
		return nil, invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
	}
	id := aws.ToString(name)
	if identifier != nil {
		id = groupName(*identifier)
	}
	if id == "" {
		return nil, invalid("1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null")
	}
	if g := s.groups[id]; g != nil {
		return g, nil
	}
	return nil, notFound(noGroup)
}

func (s *Service) groupARN(name string) string { return s.scope.ARN("logs", "log-group:"+name) }

// groupName takes the log group's name out of an ARN, with or without the ":*" that the older form ends in.
func groupName(identifier string) string {
	if !strings.HasPrefix(identifier, "arn:") {
		return identifier
	}
	parts := strings.SplitN(identifier, ":", 7)
	if len(parts) < 7 {
		return identifier
	}
	name, _, _ := strings.Cut(parts[6], ":")
	return name
}
