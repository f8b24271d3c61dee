package process_test

import (
	"regexp"
	"testing"

	"ferry.dev/ferry/internal/emulator/runtime"
)

func TestAContainerHasTheLimitsOfItsDefinition(t *testing.T) {
	t.Parallel()
	out := newOutput()
	c := start(t, task(t, isolated(t), "one"), runtime.ContainerSpec{
		Image: app(t), Command: []string{"read", "/proc/self/limits"}, Output: out,
		Ulimits: []runtime.Ulimit{{Name: "nofile", Soft: 123, Hard: 321}, {Name: "core", Soft: 0, Hard: 0}},
	})
	if code := ends(t, c).Code; code != 0 {
		t.Fatalf("it ended with %d: %s", code, out)
	}
	// A program in Go raises its soft limit of open files itself.
	for _, line := range []string{`Max open files +\d+ +321 `, `Max core file size +0 +0 `} {
		if !regexp.MustCompile(line).MatchString(out.String()) {
			t.Errorf("%s is not in\n%s", line, out)
		}
	}
}
