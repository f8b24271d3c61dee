package watch

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"ferry.dev/ferry/internal/event"
)

// advice is one row of the table: when it fits, and what to do.
type advice struct {
	fits func(symptoms) bool
	do   func(symptoms, Hints) string
}

// symptoms is what the table looks at.
type symptoms struct {
	event.TaskStopped
	text string // reason and log lines, in small letters
	exit int    // -1 where the container never ran
}

// suggest returns one thing to do about a stopped task, from the first row of the table that fits.
func suggest(e event.TaskStopped, h Hints) string {
	s := symptoms{TaskStopped: e, exit: -1, text: strings.ToLower(e.Reason + "\n" + strings.Join(e.LogTail, "\n"))}
	if e.ExitCode != nil {
		s.exit = *e.ExitCode
	}
	for _, row := range table() {
		if row.fits(s) {
			return row.do(s, h)
		}
	}
	return ""
}

// table is ordered: what names its cause plainly stands before what only hints at it.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
func table() []advice {
	return []advice{
		{says("outofmemory", "out of memory", "oom"), raiseMemory},
		{says("exec format error"), func(_ symptoms, h Hints) string {
			return "the image is built for another architecture: build it for " + cmp.Or(h.Platform, "linux/amd64") + ", or set platform in " + manifest(h)
		}},
		{says("cannotpullcontainererror", "pull image"), pullAdvice},
		{says("unable to pull secrets", "secretsmanager", "invalid ssm parameters", "parameternotfound"), secretAdvice},
		{says("resourceinitializationerror", "unable to pull registry auth"), func(_ symptoms, h Hints) string {
			return "the task cannot reach AWS: set network.vpc.placement: public in " + manifest(h) + ", or give the environment's private subnets a NAT gateway"
		}},
		{says("executable file not found", "no such file or directory", "cannotstartcontainererror", "cannotcreatecontainererror"), func(_ symptoms, h Hints) string {
			return "the container's command does not exist in the image: look at entrypoint and command in " + manifest(h) + " and in the Dockerfile"
		}},
		{says("address already in use"), func(_ symptoms, _ Hints) string {
			return "two processes of the task listen on one port: give one of them another"
		}},
		{says("elb health check", "target group", "target-group"), targetAdvice},
		{says("health check", "is unhealthy"), func(_ symptoms, h Hints) string {
			return "the container's own health check fails: run its command in the container, or change image.healthcheck in " + manifest(h)
		}},
		{says("capacity is unavailable", "insufficient capacity", "resource:"), func(_ symptoms, _ Hints) string {
			return "AWS has no room for the task just now: deploy again, or choose another task size or capacity provider"
		}},
		{func(s symptoms) bool { return s.StopCode == "SpotInterruption" }, func(symptoms, Hints) string { return "AWS took the Spot capacity back: deploy again, or use FARGATE" }},
		{exits(0), func(symptoms, Hints) string {
			return "the process ended by itself with success: a service's process must keep running in the foreground"
		}},
		{exits(137), func(s symptoms, h Hints) string {
			return "the container was killed: " + raiseMemory(s, h) + " if it ran out of memory"
		}},
		{exits(139), func(symptoms, Hints) string {
			return "the process crashed (segmentation fault): run the image on your machine"
		}},
		{exits(126, 127), func(_ symptoms, h Hints) string {
			return "the command cannot be run: look at entrypoint and command in " + manifest(h) + " and in the Dockerfile"
		}},
		{func(s symptoms) bool { return s.exit > 0 }, func(s symptoms, h Hints) string {
			if len(s.LogTail) == 0 {
				return "the process failed before it wrote a log line: run the image on your machine with the variables of " + manifest(h)
			}
			return "the process itself failed: its last log lines say why"
		}},
	}
}

func says(words ...string) func(symptoms) bool {
	return func(s symptoms) bool {
		reason := strings.ToLower(s.Reason)
		for _, w := range words {
			if strings.Contains(reason, w) || (w == "exec format error" && strings.Contains(s.text, w)) {
				return true
			}
		}
		return false
	}
}

func exits(codes ...int) func(symptoms) bool {
	return func(s symptoms) bool {
		for _, c := range codes {
			if s.exit == c {
				return true
			}
		}
		return false
	}
}

func raiseMemory(_ symptoms, h Hints) string {
	if h.MemoryMiB > 0 {
		return fmt.Sprintf("raise memory (now %d MiB) in %s", h.MemoryMiB, manifest(h))
	}
	return "raise memory in " + manifest(h)
}

func pullAdvice(s symptoms, h Hints) string {
	switch {
	case strings.Contains(s.text, "no such host"), strings.Contains(s.text, "connection refused"):
		return "there is no registry at the host that image.location in " + manifest(h) + " names: correct it; if it is right, the task cannot reach it: " + wayOut(h)
	case strings.Contains(s.text, "not found"), strings.Contains(s.text, "manifest unknown"), strings.Contains(s.text, "does not exist"):
		return "the image does not exist: look at image.location in " + manifest(h) + ", or deploy again to push it"
	case strings.Contains(s.text, "does not contain descriptor matching platform"), strings.Contains(s.text, "no matching manifest"):
		return "the image has no variant for " + cmp.Or(h.Platform, "the task's platform") + ": build one, or set platform in " + manifest(h)
	case strings.Contains(s.text, "timeout"), strings.Contains(s.text, "deadline exceeded"), strings.Contains(s.text, "dial tcp"):
		return "the task cannot reach the registry: " + wayOut(h) + "; or the host in image.location is a wrong one"
	case strings.Contains(s.text, "toomanyrequests"), strings.Contains(s.text, "rate limit"):
		return "the registry limits pulls without a login: set image.credentials in " + manifest(h) + ", or copy the image to ECR"
	}
	return "the registry refuses the pull: look at image.location and image.credentials in " + manifest(h)
}

// wayOut is how a task comes to reach a registry.
func wayOut(h Hints) string {
	return "set network.vpc.placement: public in " + manifest(h) + ", or give the private subnets a NAT gateway"
}

// secretName finds the last ARN or quoted name in an error about a secret.
var secretName = regexp.MustCompile(`arn:aws[\w-]*:(?:secretsmanager|ssm):[\w-]*:\d*:[\w:/+=.@-]+[\w]|parameters?: \[?([\w/.-]+)(?:[^:\w/.-]|$)`)

func secretAdvice(s symptoms, h Hints) string {
	name := "the secret"
	if m := secretName.FindStringSubmatch(s.Reason); m != nil {
		name = strings.TrimSpace(cmp.Or(m[1], m[0]))
	}
	return fmt.Sprintf("%s could not be read: make it in this account and region, or correct its name under secrets in %s", name, manifest(h))
}

func targetAdvice(s symptoms, h Hints) string {
	port := "the port"
	if h.Port > 0 {
		port = fmt.Sprintf("port %d", h.Port)
	}
	if strings.Contains(strings.ToLower(s.Target+s.Reason), "codes") || strings.Contains(strings.ToLower(s.Target), "mismatch") {
		return fmt.Sprintf("the health check's path %s does not answer on %s as expected: correct http.healthcheck in %s", cmp.Or(h.HealthPath, "/"), port, manifest(h))
	}
	return fmt.Sprintf("the load balancer gets no good answer on %s%s: does the process listen on 0.0.0.0:%s? else correct image.port or http.healthcheck in %s",
		port, " at "+cmp.Or(h.HealthPath, "/"), strings.TrimPrefix(port, "port "), manifest(h))
}

func manifest(h Hints) string { return cmp.Or(h.Manifest, "the manifest") }
