package cli

import (
	"context"
	"fmt"
	"strings"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

// askTopics finds out what a worker subscribes to: the flag's topics, else those of the workspace that the user wants.
func (w *wizard) askTopics(ctx context.Context) error {
	if w.a.Type != manifest.WorkerService {
		if len(w.o.Topics) > 0 {
			return &fault.Error{Code: fault.Usage, What: "--subscribe-topics is for a Worker Service only", Hint: fmt.Sprintf("write --type %q", manifest.WorkerService)}
		}
		return nil
	}
	for _, said := range w.o.Topics {
		t, ok := workspace.ParseTopic(said)
		if !ok {
			return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--subscribe-topics cannot be %q", said), Hint: "write service:topic, for example api:orders"}
		}
		w.a.Topics = append(w.a.Topics, t)
	}
	if len(w.o.Topics) > 0 || w.ws == nil || w.o.Yes {
		return nil
	}
	published, err := w.ws.Topics()
	if err != nil {
		return err
	}
	for _, t := range published {
		ok, err := w.prompter().Confirm(ctx, ui.Question{Text: fmt.Sprintf("Subscribe to topic %s of %s?", t.Name, t.Service), Flag: "--subscribe-topics " + t.String()}, true)
		if err != nil {
			return err
		}
		if ok {
			w.a.Topics = append(w.a.Topics, t)
		}
	}
	return nil
}

func joinedTopics(list []workspace.Topic) string {
	var all []string
	for _, t := range list {
		all = append(all, t.String())
	}
	return strings.Join(all, ",")
}
