package manifest

import "slices"

func imageFields() []Field {
	return slices.Concat([]Field{
		{
			Path: "image", Type: "map", Kinds: "LBR", Required: true, Example: "{build: ./Dockerfile, port: 8080}",
			Doc: "Where the container image comes from: exactly one of build and location.",
		},
		{
			Path: "image", Type: "map", Kinds: "WJ", Required: true, Example: "{build: ./Dockerfile}",
			Doc: "Where the container image comes from: exactly one of build and location.",
		},
		{
			Path: "image.build", Type: "string or map", Kinds: "LBWJR", Short: "dockerfile", Group: "source", Example: "./Dockerfile",
			Doc: "Builds the image. A string is the path of the Dockerfile. Paths are relative to the directory that holds ferry/.",
		},
	}, buildFields("image.build", "LBWJR"), []Field{
		{
			Path: "image.location", Type: "string", Kinds: "LBWJR", Group: "source", Example: "public.ecr.aws/nginx/nginx:1.29",
			Doc: "An image that exists already, by tag or digest.",
		},
		{
			Path: "image.credentials", Type: "string", Kinds: "LBWJR", With: "location", Example: "arn:aws:secretsmanager:us-east-1:111122223333:secret:registry-AbCdEf",
			Doc: "ARN of the Secrets Manager secret with user name and password of a private registry.",
		},
		{
			Path: "image.labels", Type: "map(string)", Kinds: "LBWJR", Example: "{com.example.team: checkout}",
			Doc: "Docker labels of the container.",
		},
		{
			Path: "image.depends_on", Type: "map(string)", Kinds: "LBWJ", Enum: dependencyConditions(), Example: "{nginx: start}",
			Doc: "Containers that must have come so far before this one starts: start, complete, success or healthy.",
		},
		{
			Path: "image.depends_on", Type: "map(string)", Kinds: "R", Enum: dependencyConditions(), With: "other containers", Example: "{nginx: start}",
			Doc: "Containers that must have come so far before this one starts: start, complete, success or healthy.",
		},
		{
			Path: "image.port", Type: "port", Kinds: "LBR", Example: "8080",
			Doc: "The port that the application listens on. A Load Balanced Web Service needs one.",
		},
		{
			Path: "image.healthcheck", Type: "map", Kinds: "LBWJ", Example: "{command: [CMD-SHELL, \"wget -q -O - http://localhost:8080/ || exit 1\"]}",
			Doc: "ECS runs a command in the container to learn whether it is healthy.",
		},
	}, healthCheckFields("image.healthcheck", "LBWJ"))
}

// buildFields are the rows below a build: of the service's own image, or a sidecar's.
func buildFields(prefix, kinds string) []Field {
	return []Field{
		{
			Path: prefix + ".builder", Type: "string", Kinds: kinds, Default: "docker", Enum: []string{"docker", "go"}, Example: "docker",
			Doc: "What builds: docker (a Dockerfile, with Docker, Finch, Podman or nerdctl) or go (a Go module, without any of them).",
		},
		{
			Path: prefix + ".dockerfile", Type: "string", Kinds: kinds, Auto: "Dockerfile in the context", Example: "web/Dockerfile",
			Doc: "The Dockerfile.",
		},
		{
			Path: prefix + ".context", Type: "string", Kinds: kinds, Auto: "the directory of the Dockerfile; for builder go the project", Example: "web",
			Doc: "The directory that the build sees; for builder go the one that holds go.mod.",
		},
		{
			Path: prefix + ".args", Type: "map(string)", Kinds: kinds, Example: "{VERSION: \"1.2\"}",
			Doc: "Values for the Dockerfile's ARG instructions. They can be read from the image: put no secret here, but under secrets.",
		},
		{
			Path: prefix + ".secrets", Type: "map", Kinds: kinds, Example: "{npmrc: .npmrc}",
			Doc: "What a build step may read and no layer keeps: RUN --mount=type=secret,id=npmrc finds it in /run/secrets/npmrc. Needs BuildKit. A secret that changes makes no new image.",
		},
		{
			Path: prefix + ".secrets.<name>", Type: "string or map", Kinds: kinds, Short: "file", Example: ".npmrc",
			Doc: "One secret, by its id. A string is a file's path, relative to the directory that holds ferry/.",
		},
		{
			Path: prefix + ".secrets.<name>.file", Type: "string", Kinds: kinds, Group: "from", Example: ".npmrc",
			Doc: "The same, in the long form.",
		},
		{
			Path: prefix + ".secrets.<name>.env", Type: "string", Kinds: kinds, Group: "from", Example: "NPM_TOKEN",
			Doc: "The variable of the environment in which ferry runs that holds the secret.",
		},
		{
			Path: prefix + ".ssh", Type: "string or list(string)", Kinds: kinds, Example: "[default]",
			Doc: "SSH agents or keys that build steps may use, for RUN --mount=type=ssh: default is the running agent, <id>=<path> another socket or key. Needs BuildKit.",
		},
		{
			Path: prefix + ".target", Type: "string", Kinds: kinds, Example: "release",
			Doc: "The stage of a multi-stage Dockerfile to build.",
		},
		{
			Path: prefix + ".cache_from", Type: "list(string)", Kinds: kinds, Example: "[\"shop/web:latest\"]",
			Doc: "Images whose layers the build may reuse.",
		},
		{
			Path: prefix + ".package", Type: "string", Kinds: kinds, Auto: "., with builder go", With: "builder: go", Example: "./cmd/web",
			Doc: "The main package.",
		},
		{
			Path: prefix + ".base", Type: "string", Kinds: kinds, Auto: "scratch, with builder go", With: "builder: go", Example: "gcr.io/distroless/static-debian12",
			Doc: "The image that the program is put on.",
		},
	}
}

func dependencyConditions() []string { return []string{"start", "complete", "success", "healthy"} }

// healthCheckFields are the rows below a container's health check.
func healthCheckFields(prefix, kinds string) []Field {
	return []Field{
		{
			Path: prefix + ".command", Type: "list(string)", Kinds: kinds, Default: "[CMD-SHELL, \"curl -f http://localhost/ || exit 1\"]", Example: "[CMD, /app, -check]",
			Doc: "The command, led by CMD (run as it is) or CMD-SHELL (run by the container's shell). Exit code 0 is healthy.",
		},
		{
			Path: prefix + ".interval", Type: "duration", Kinds: kinds, Default: "10s", Example: "15s",
			Doc: "Time between two checks, 5s to 5m.",
		},
		{
			Path: prefix + ".retries", Type: "int", Kinds: kinds, Default: "2", Min: 0, Max: 10, Example: "3",
			Doc: "Failures in a row after which the container is unhealthy.",
		},
		{
			Path: prefix + ".timeout", Type: "duration", Kinds: kinds, Default: "5s", Example: "3s",
			Doc: "Time after which a check has failed, 2s to 1m.",
		},
		{
			Path: prefix + ".start_period", Type: "duration", Kinds: kinds, Default: "0s", Example: "30s",
			Doc: "Time after the start in which failures do not count, up to 5m.",
		},
	}
}
