package manifest

func imageFields() []Field {
	return []Field{
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
		{
			Path: "image.build.builder", Type: "string", Kinds: "LBWJR", Default: "docker", Enum: []string{"docker", "go"}, Example: "docker",
			Doc: "What builds: docker (a Dockerfile, with Docker, Finch, Podman or nerdctl) or go (a Go module, without any of them).",
		},
		{
			Path: "image.build.dockerfile", Type: "string", Kinds: "LBWJR", Auto: "Dockerfile in the context", Example: "web/Dockerfile",
			Doc: "The Dockerfile.",
		},
		{
			Path: "image.build.context", Type: "string", Kinds: "LBWJR", Auto: "the directory of the Dockerfile; for builder go the project", Example: "web",
			Doc: "The directory that the build sees; for builder go the one that holds go.mod.",
		},
		{
			Path: "image.build.args", Type: "map(string)", Kinds: "LBWJR", Example: "{VERSION: \"1.2\"}",
			Doc: "Values for the Dockerfile's ARG instructions. They can be read from the image: put no secret here.",
		},
		{
			Path: "image.build.target", Type: "string", Kinds: "LBWJR", Example: "release",
			Doc: "The stage of a multi-stage Dockerfile to build.",
		},
		{
			Path: "image.build.cache_from", Type: "list(string)", Kinds: "LBWJR", Example: "[\"shop/web:latest\"]",
			Doc: "Images whose layers the build may reuse.",
		},
		{
			Path: "image.build.package", Type: "string", Kinds: "LBWJR", Auto: "., with builder go", With: "builder: go", Example: "./cmd/web",
			Doc: "The main package.",
		},
		{
			Path: "image.build.base", Type: "string", Kinds: "LBWJR", Auto: "scratch, with builder go", With: "builder: go", Example: "gcr.io/distroless/static-debian12",
			Doc: "The image that the program is put on.",
		},
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
			Path: "image.depends_on", Type: "map(string)", Kinds: "LBWJR", Enum: []string{"start", "complete", "success", "healthy"}, With: "other containers", Example: "{proxy: healthy}",
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
		{
			Path: "image.healthcheck.command", Type: "list(string)", Kinds: "LBWJ", Default: "[CMD-SHELL, \"curl -f http://localhost/ || exit 1\"]", Example: "[CMD, /app, -check]",
			Doc: "The command, led by CMD (run as it is) or CMD-SHELL (run by the container's shell). Exit code 0 is healthy.",
		},
		{
			Path: "image.healthcheck.interval", Type: "duration", Kinds: "LBWJ", Default: "10s", Example: "15s",
			Doc: "Time between two checks, 5s to 5m.",
		},
		{
			Path: "image.healthcheck.retries", Type: "int", Kinds: "LBWJ", Default: "2", Min: 1, Max: 10, Example: "3",
			Doc: "Failures in a row after which the container is unhealthy.",
		},
		{
			Path: "image.healthcheck.timeout", Type: "duration", Kinds: "LBWJ", Default: "5s", Example: "3s",
			Doc: "Time after which a check has failed, 2s to 1m.",
		},
		{
			Path: "image.healthcheck.start_period", Type: "duration", Kinds: "LBWJ", Default: "0s", Example: "30s",
			Doc: "Time after the start in which failures do not count, up to 5m.",
		},
	}
}
