package manifest

import "slices"

func roleFields() []Field {
	return slices.Concat(
		roleRows("task_role", "What the application itself may do in AWS. A string is the ARN of a role that exists, which then takes the place of ferry's."),
		roleRows("execution_role", "What ECS may do to start the task, beside what the manifest names: images, secrets, logs. A string is the ARN of a role that exists, which then takes the place of ferry's."),
	)
}

// roleRows are the rows of one of the task's two roles. Statements are in IAM's own words, in lower case.
func roleRows(p, doc string) []Field {
	const kinds = "LBWJR"
	return []Field{
		{
			Path: p, Type: "string or map", Kinds: kinds, Short: "arn", Example: "{statements: [{actions: [s3:GetObject], resources: [\"arn:aws:s3:::shop-uploads/*\"]}]}",
			Doc: doc,
		},
		{
			Path: p + ".statements", Type: "list(map)", Kinds: kinds, Example: "[{actions: [s3:GetObject], resources: [\"arn:aws:s3:::shop-uploads/*\"]}]",
			Doc: "Statements of a policy.",
		},
		{
			Path: p + ".statements[].effect", Type: "string", Kinds: kinds, Default: "Allow", Enum: []string{"Allow", "Deny"}, Example: "Allow",
			Doc: "Allow or Deny.",
		},
		{
			Path: p + ".statements[].actions", Type: "string or list(string)", Kinds: kinds, Required: true, Example: "[s3:GetObject]",
			Doc: "What is meant: service:Action, with * and ?.",
		},
		{
			Path: p + ".statements[].resources", Type: "string or list(string)", Kinds: kinds, Required: true, Example: "[\"arn:aws:s3:::shop-uploads/*\"]",
			Doc: "On what: ARNs, with * and ?.",
		},
		{
			Path: p + ".statements[].conditions", Type: "map", Kinds: kinds, Example: "{StringEquals: {\"aws:ResourceTag/team\": shop}}",
			Doc: "Under which conditions: operator, key, and one value or several.",
		},
		{
			Path: p + ".statements[].conditions.<operator>", Type: "map", Kinds: kinds, Example: "{\"aws:ResourceTag/team\": shop}",
			Doc: "The keys of one operator.",
		},
		{
			Path: p + ".statements[].conditions.<operator>.<key>", Type: "string or list(string)", Kinds: kinds, Example: "shop",
			Doc: "The values of one key.",
		},
		{
			Path: p + ".managed_policies", Type: "list(string)", Kinds: kinds, Example: "[AmazonS3ReadOnlyAccess]",
			Doc: "Managed policies: the names of AWS's own, or ARNs.",
		},
		{
			Path: p + ".arn", Type: "string", Kinds: kinds, With: "neither statements nor managed_policies", Example: "arn:aws:iam::111122223333:role/web",
			Doc: "A role that exists.",
		},
	}
}

func taskdefOverrideFields() []Field {
	const kinds = "LBWJ"
	return []Field{
		{
			Path: "taskdef_overrides", Type: "list(map)", Kinds: kinds, Example: "[{path: \"ContainerDefinitions[0].StopTimeout\", value: 60}]",
			Doc: "Last changes to the rendered task definition, one after the other, for what no field says.",
		},
		{
			Path: "taskdef_overrides[].path", Type: "string", Kinds: kinds, Required: true, Example: "\"ContainerDefinitions[0].StopTimeout\"",
			Doc: "The property, in CloudFormation's words: keys with dots between them, [0] for an item of a list, [-] for a new one.",
		},
		{
			Path: "taskdef_overrides[].value", Type: "any", Kinds: kinds, Required: true, Example: "60",
			Doc: "Its value.",
		},
	}
}
