package plan

// BoundaryARN returns the permissions boundary of the environment's roles as text for Fn::Sub, or "".
func (e Environment) BoundaryARN() string { return boundaryARN(e.PermissionsBoundary) }

// InstanceStatements is what the ECS agent on an instance needs: to join this cluster and work in it. Images, logs and
// secrets are fetched with the tasks' execution roles.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
func (e Environment) InstanceStatements() []Statement {
	cluster, inCluster := substARN("ecs", "cluster/"+escapeSub(e.Cluster)), map[string]map[string][]string{
		"ArnEquals": {"ecs:cluster": {substARN("ecs", "cluster/"+escapeSub(e.Cluster))}},
	}
	return []Statement{
		{Sid: "FindECS", Actions: []string{"ecs:DiscoverPollEndpoint"}, Resources: []string{"*"}},
		{
			Sid:       "JoinCluster",
			Actions:   []string{"ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:SubmitAttachmentStateChanges", "ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange"},
			Resources: []string{cluster},
		},
		{
			Sid:        "Work",
			Actions:    []string{"ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"},
			Resources:  []string{substARN("ecs", "container-instance/"+escapeSub(e.Cluster)+"/*")},
			Conditions: inCluster,
		},
		{
			Sid:        "TagItself",
			Actions:    []string{"ecs:TagResource"},
			Resources:  []string{substARN("ecs", "container-instance/"+escapeSub(e.Cluster)+"/*")},
			Conditions: map[string]map[string][]string{"StringEquals": {"ecs:CreateAction": {"RegisterContainerInstance"}}},
		},
		// awsvpc tasks bring interfaces, which Windows' agent looks at; propagated tags are read from the instance.
		{Sid: "SeeInstances", Actions: []string{"ec2:DescribeTags"}, Resources: []string{"*"}},
	}
}

// InfrastructureStatements is what the infrastructure role of Managed Instances needs beside AWS's own policy, which lets it
// hand over roles of one fixed name only.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
func (e Environment) InfrastructureStatements() []Statement {
	return []Statement{{
		Sid:        "HandOverInstanceRole",
		Actions:    []string{"iam:PassRole"},
		Resources:  []string{"${ManagedInstanceRole.Arn}"},
		Conditions: map[string]map[string][]string{"StringLike": {"iam:PassedToService": {"ec2.*"}}},
	}}
}
