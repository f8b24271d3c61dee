package docker

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/runtime"
)

func TestWhatADefinitionAsksOfTheKernelIsAskedOfTheEngine(t *testing.T) {
	t.Parallel()
	got := kernelArgs(runtime.ContainerSpec{
		Ulimits: []runtime.Ulimit{{Name: "nofile", Soft: 1024, Hard: 4096}, {Name: "memlock", Soft: -1, Hard: -1}},
		Kernel: runtime.Kernel{
			Init: true, Add: []string{"SYS_PTRACE"}, Drop: []string{"ALL"}, SharedMiB: 64, TTY: true, Stdin: true,
			Tmpfs: []runtime.Tmpfs{{Path: "/run", MiB: 8, Options: []string{"noexec"}}},
		},
	})
	want := "--ulimit nofile=1024:4096 --ulimit memlock=-1:-1 --cap-add SYS_PTRACE --cap-drop ALL --shm-size 64m --tmpfs /run:size=8m,noexec --init --tty --interactive"
	if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
		t.Error(diff)
	}
	if args := kernelArgs(runtime.ContainerSpec{}); args != nil {
		t.Errorf("who asks for nothing gets %q", args)
	}
}
