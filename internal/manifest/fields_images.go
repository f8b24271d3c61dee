package manifest

func appImageFields() []Field {
	return []Field{
		{
			Path: "images", Type: "map", Kinds: "A", Example: "{keep: 50}",
			Doc: "What the image repositories keep. A repository takes it over when an image is built for it.",
		},
		{
			Path: "images.keep", Type: "int", Kinds: "A", Auto: "200", Min: 10, Max: 10000, Example: "50",
			Doc: "So many images of each service, the newest ones. A release whose image is gone cannot be gone back to.",
		},
		{
			Path: "images.untagged", Type: "duration", Kinds: "A", Auto: "30d", Example: "7d",
			Doc: "How long images without a tag stay, which interrupted pushes leave behind; whole days.",
		},
		{
			Path: "images.scan_on_push", Type: "bool", Kinds: "A", Auto: "true", Example: "false",
			Doc: "ECR looks for known vulnerabilities in each image that is pushed to a new repository.",
		},
	}
}
