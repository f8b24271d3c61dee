package workspace

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Topic is a topic of a workload, by the names that manifests use.
type Topic struct{ Service, Name string }

// String writes a topic as --subscribe-topics takes it.
func (t Topic) String() string { return t.Service + ":" + t.Name }

// ParseTopic reads service:topic; false for anything else.
func ParseTopic(s string) (Topic, bool) {
	service, name, ok := strings.Cut(s, ":")
	return Topic{service, name}, ok && service != "" && name != "" && !strings.Contains(name, ":")
}

// Topics returns what the workspace's services publish, by service. What is wrong with a manifest is not its subject.
func (w *Workspace) Topics() ([]Topic, error) {
	services, err := w.Services()
	if err != nil {
		return nil, err
	}
	var all []Topic
	for _, name := range services {
		wl, _, err := w.Service(name, "", manifest.Options{})
		if err != nil {
			return nil, err
		}
		for _, t := range wl.Publish {
			if !t.FIFO { // which asks for a FIFO queue: an answer of its own
				all = append(all, Topic{name, t.Name})
			}
		}
	}
	return all, nil
}

// topics writes the subscriptions into a worker's sample, in the place of those that it proposes.
func (s *sample) topics(list []Topic) {
	from := slices.Index(s.lines, "#  topics:")
	if from < 0 || len(list) == 0 {
		return
	}
	to := from
	for to < len(s.lines) && strings.HasPrefix(s.lines[to], "#  ") {
		to++
	}
	lines := []string{"  topics:"}
	for _, t := range list {
		lines = append(lines, "    - name: "+quote(t.Name), "      service: "+quote(t.Service))
	}
	s.lines = slices.Concat(s.lines[:from], lines, s.lines[to:])
}
