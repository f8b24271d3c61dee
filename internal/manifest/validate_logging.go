package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// retentions are the days that CloudWatch Logs' PutRetentionPolicy takes.
func retentions() []int {
	return []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
}

func (v validator) logging(w Workload) {
	days := w.Logging.Retention
	if !slices.Contains(retentions(), days) {
		next, _ := slices.BinarySearch(retentions(), days)
		v.bad(at("logging.retention"), "write "+strconv.Itoa(retentions()[min(next, len(retentions())-1)]), "CloudWatch Logs has no retention of %d days", days)
	}
	v.logDriver(w)
	if w.Logging.Router != nil {
		v.logRouter(w)
	}
}

// logDriver: Fargate has no log drivers that write to the instance.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
func (v validator) logDriver(w Workload) {
	driver := at("logging.driver")
	switch {
	case w.Logging.Router != nil && v.fromUser(driver):
		v.bad(driver, "remove it, or the fields of the log router", "the log router takes the place of a driver")
	case w.Logging.Router != nil && v.fromUser(at("logging.options")):
		v.bad(at("logging.options"), "write destination", "with a log router the options stand under destination")
	case w.Capacity.Fargate() && w.Logging.Driver != "" && w.Logging.Driver != "splunk":
		v.bad(driver, "write awslogs or splunk, or destination for a log router", "Fargate has no log driver %s", w.Logging.Driver)
	}
	for _, key := range []string{"awslogs-group", "awslogs-region", "awslogs-stream-prefix"} {
		if _, written := w.Logging.Options[key]; written && w.Logging.Driver == "" {
			v.badKey(at("logging.options", key), "remove it", "ferry sets %s itself", key)
		}
	}
}

func (v validator) logRouter(w Workload) {
	base, r := at("logging"), *w.Logging.Router
	c := part{variables: r.Variables, envFile: r.EnvFile}
	v.location(base.with("image"), r.Image)
	v.variables(base, c)
	v.secrets(base.with("secrets"), r.Secrets, v.variablesOf(base))
	v.secrets(base.with("secretOptions"), r.SecretOptions, nil)
	for _, name := range sortedKeys(r.SecretOptions) {
		if _, twice := r.Destination[name]; twice {
			v.badKey(base.with("secretOptions").with(name), "remove one of the two", "%s is written under destination too", name)
		}
	}
	if p := base.with("configFilePath"); v.has(p) && !strings.HasPrefix(r.ConfigFile, "/") {
		v.bad(p, "write the whole path in the image: /"+r.ConfigFile, "%q is no absolute path", r.ConfigFile)
	}
}
