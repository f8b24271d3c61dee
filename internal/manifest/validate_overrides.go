package manifest

import (
	"errors"
	"strings"
)

// overrides checks the last changes to the task definition, as far as they can be without it.
func (v validator) overrides(w Workload) {
	containers := len(w.Sidecars) + 1
	if w.Logging.Router != nil {
		containers++
	}
	for i, o := range w.TaskdefOverrides {
		p := at("taskdef_overrides", index(i))
		if o.Path == "" || !v.sure(p.with("path"), p.with("value")) {
			continue // reported as missing
		}
		steps, value, err := o.Resolve()
		var wrong *overrideFault
		if errors.As(err, &wrong) {
			place := "path"
			if _, _, err := o.steps(); err == nil {
				place = "value"
			}
			v.bad(p.with(place), wrong.hint, "%s", wrong.message)
			continue
		}
		switch {
		case steps[0].Key == "family", len(steps) == 3 && steps[0].Key == "containerDefinitions" && steps[2].Key == "name" && steps[1].Index < containers && steps[1].Index >= 0:
			v.bad(p.with("path"), "remove it: ferry finds it again by its name", "%s cannot be changed", o.Path)
		case len(steps) > 1 && steps[0].Key == "containerDefinitions" && steps[1].Index >= containers+appended(w, i):
			v.bad(p.with("path"), "the service's own container is [0], then come the log router and the sidecars by their names", "the task has no container %d", steps[1].Index)
		case o.Path == "ContainerDefinitions[0].Essential" && value == false && !v.otherEssential(w):
			v.bad(p.with("value"), "make a sidecar essential", "no container would be essential")
		}
	}
}

// appended counts the containers that earlier overrides add.
func appended(w Workload, before int) int {
	n := 0
	for _, o := range w.TaskdefOverrides[:before] {
		if strings.HasPrefix(o.Path, "ContainerDefinitions[-]") {
			n++
		}
	}
	return n
}

func (v validator) otherEssential(w Workload) bool {
	for _, s := range w.Sidecars {
		if s.Essential {
			return true
		}
	}
	return w.Logging.Router != nil
}
