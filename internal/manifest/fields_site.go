package manifest

// siteFields are those of a Static Site.
func siteFields() []Field {
	return []Field{
		{
			Path: "http.alias", Type: "string or list(string)", Kinds: "S", Example: "www.example.com",
			Doc: "Host names that the site answers to, beside CloudFront's own. They need http.certificate.",
		},
		{
			Path: "http.certificate", Type: "string", Kinds: "S", Example: "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
			Doc: "ARN of the certificate for the host names, in ACM of us-east-1, wherever the environment is: CloudFront reads no other.",
		},
		{
			Path: "http.hosted_zone", Type: "string", Kinds: "S", Example: "Z0873220N255IR3MTNR4",
			Doc: "ID of the Route 53 zone in which ferry points the host names at the site.",
		},
		{
			Path: "files", Type: "list(map)", Kinds: "S", Example: "[{source: site/public}]",
			Doc: "What the site is made of. A deploy sends what has changed and then removes what is gone.",
		},
		{
			Path: "files[].source", Type: "string", Kinds: "S", Required: true, Example: "site/public",
			Doc: "A file or a directory, relative to the directory that holds ferry/.",
		},
		{
			Path: "files[].destination", Type: "string", Kinds: "S", Auto: "the root of the site", Example: "assets",
			Doc: "The directory of the site that the files go to.",
		},
		{
			Path: "files[].recursive", Type: "bool", Kinds: "S", Default: "true", Example: "false",
			Doc: "Take the files of a directory's subdirectories too.",
		},
		{
			Path: "files[].exclude", Type: "string or list(string)", Kinds: "S", Example: "[\"*.map\", drafts]",
			Doc: "Files to leave out, by their path in source: * is any text, slashes too, ? any character, [abc] and [!abc] one of these or none of them. A directory's name stands for all in it.",
		},
		{
			Path: "files[].reinclude", Type: "string or list(string)", Kinds: "S", Example: "\"*.css.map\"",
			Doc: "Files to take in again of those that exclude leaves out.",
		},
	}
}
