package manifest

import "strings"

func decodeJob(root *node) *Job {
	on := root.get("on")
	if root.get("type").str() != ScheduledJob {
		return nil
	}
	return &Job{
		Schedule: on.get("schedule").str(),
		TimeZone: on.get("timezone").str(),
		Start:    on.get("start").str(),
		End:      on.get("end").str(),
		Window:   on.get("window").duration(),
		Overlap:  strings.ToLower(on.get("overlap").str()),
		Enabled:  on.get("enabled").yes(),
		Timeout:  root.get("timeout").duration(),
		Retries:  root.get("retries").num(),
	}
}
