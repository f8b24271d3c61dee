package docker

import (
	"context"
	"encoding/csv"
	"errors"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// volume finds a volume of the task.
func (t *task) volume(name string) (runtime.Volume, bool) {
	i := slices.IndexFunc(t.spec.Volumes, func(v runtime.Volume) bool { return v.Name == name })
	if i < 0 {
		return runtime.Volume{}, false
	}
	return t.spec.Volumes[i], true
}

// engineName is the engine's name for an empty volume, which only this task has.
func (t *task) engineName(volume string) string { return "ferry-" + t.spec.ID + "-" + volume }

// makeVolumes makes the empty volumes that a container mounts, with the endpoint's label, so that they are found when the
// endpoint is killed.
func (t *task) makeVolumes(ctx context.Context, mounts []runtime.Mount) error {
	for _, m := range mounts {
		v, ok := t.volume(m.Volume)
		if !ok {
			return errors.New("the task has no volume " + m.Volume)
		}
		if v.Dir != "" || !t.claim(t.engineName(v.Name)) {
			continue
		}
		if _, err := t.runtime.engine.run(ctx, nil, "volume", "create", "--label", t.runtime.label, t.engineName(v.Name)); err != nil {
			return err
		}
	}
	return nil
}

// claim notes a volume to be removed with the task, unless it was noted before.
func (t *task) claim(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Contains(t.volumes, name) {
		return false
	}
	t.volumes = append(t.volumes, name)
	return true
}

// mountArgs are what the engine's command line says of mounts.
func (t *task) mountArgs(mounts []runtime.Mount) []string {
	var args []string
	for _, m := range mounts {
		v, _ := t.volume(m.Volume)
		fields := []string{"type=volume", "source=" + t.engineName(v.Name)}
		if v.Dir != "" {
			fields = []string{"type=bind", "source=" + v.Dir}
		}
		fields = append(fields, "target="+m.Path)
		if m.ReadOnly {
			fields = append(fields, "readonly")
		}
		args = append(args, "--mount", list(fields))
	}
	return args
}

// list joins fields with commas, those that hold one in quotes.
func list(fields []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(fields) //nolint:errcheck // a builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

func (t *task) removeVolumes(ctx context.Context) error {
	t.mu.Lock()
	names := t.volumes
	t.volumes = nil
	t.mu.Unlock()
	return t.runtime.removeVolumes(ctx, names)
}

func (r *Runtime) removeVolumes(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := r.engine.run(ctx, nil, append([]string{"volume", "rm", "--force"}, names...)...)
	return err
}

// sweepVolumes removes all volumes that carry this endpoint's label.
func (r *Runtime) sweepVolumes(ctx context.Context) error {
	names, err := r.engine.run(ctx, nil, "volume", "ls", "--quiet", "--filter", "label="+r.label)
	if err != nil {
		return err
	}
	return r.removeVolumes(ctx, strings.Fields(names))
}
