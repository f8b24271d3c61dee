package plan

// Policy is an inline policy of a role.
type Policy struct {
	Name       string
	Statements []Statement
}

// Statement is one statement of a policy. Resources and the values of conditions are texts for Fn::Sub: a resource of the
// same stack is "${LogGroup.Arn}"; escapeSub guards a user's own text.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html
type Statement struct {
	Sid        string // letters and digits; "" = none
	Effect     string // "" = Allow
	Actions    []string
	Resources  []string
	Conditions map[string]map[string][]string // operator → key → values
}

// TaskPolicies returns what the application itself may do: the inline policies of the task role. Each feature of a manifest
// that gives the application something to call adds its own.
func (s Service) TaskPolicies() []Policy {
	var all []Policy
	if s.Manifest.Exec {
		all = append(all, execPolicy())
	}
	all = append(all, s.tracingPolicies()...)
	all = append(all, s.messagePolicies()...)
	all = append(all, s.volumePolicies()...)
	return append(all, manifestPolicies(s.Manifest.TaskRole)...)
}

// execPolicy is what the agent in the container needs for ECS Exec.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
func execPolicy() Policy {
	return Policy{Name: "exec", Statements: []Statement{
		{
			Sid: "OpenSession",
			Actions: []string{
				"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
				"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
			},
			Resources: []string{"*"},
		},
		{Sid: "FindLogGroup", Actions: []string{"logs:DescribeLogGroups"}, Resources: []string{"*"}},
		{
			Sid:       "LogSession",
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: []string{"${LogGroup.Arn}"},
		},
	}}
}
