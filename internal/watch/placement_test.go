package watch

import (
	"strings"
	"testing"
)

func TestATaskThatFindsNoInstanceIsExplained(t *testing.T) {
	t.Parallel()
	const unable = "(service web) was unable to place a task because no container instance met all of its requirements. "
	for message, want := range map[string]string{
		"(service web) has reached a steady state.":                                                     "",
		unable + "Reason: No Container Instances were found in your cluster.":                           "no instance has joined the cluster",
		unable + "The closest matching (container-instance 1) has insufficient memory available.":       "make memory and cpu smaller in web/manifest.yml",
		unable + "The closest matching (container-instance 1) is already using a port required by your": "each instance has the port once",
		unable + "The closest matching (container-instance 1) is missing an attribute":                  "as placement in web/manifest.yml wants it",
		unable: "look at the instances of the cluster",
		"(service web) was unable to place a task. Reason: Capacity is unavailable at this time.": "AWS has no room",
	} {
		got := placement(message, Hints{Manifest: "web/manifest.yml"})
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s\n\tis answered with %q, not %q", message, got, want)
		}
	}
}
