package image

import (
	"context"
	"sync"

	"ferry.dev/ferry/internal/manifest"
)

// Planner plans the images of several services and reads once what they share: a build context, a Go package. Its zero
// value is ready for use, by several goroutines at a time. It holds what it read: a new run takes a new one.
type Planner struct {
	contexts memo[contextKey, []input]
	sources  memo[sourcesKey, goSources]
}

type contextKey struct{ dir, ignoreFile string }

type sourcesKey struct {
	dir, platform string
	scratch       bool // the tags of the build depend on it
}

// Plan is the Planner's for a single image.
func Plan(project, app, service string, w manifest.Workload) (Spec, error) {
	return new(Planner).Plan(project, app, service, w)
}

// contextOf lists and hashes the files of a build context.
func (p *Planner) contextOf(dir, ignoreFile string) ([]input, error) {
	return p.contexts.do(contextKey{dir, ignoreFile}, func() ([]input, error) {
		files, err := buildContext(dir, ignoreFile)
		if err != nil {
			return nil, err
		}
		return files, sumFiles(files)
	})
}

// sourcesOf asks the Go command what a build would compile.
func (p *Planner) sourcesOf(ctx context.Context, g *goBuild) (goSources, error) {
	key := sourcesKey{g.dir(), g.platform.String(), g.base() == scratchBase}
	return p.sources.do(key, func() (goSources, error) {
		sources, err := g.sources(ctx)
		if err != nil {
			return goSources{}, err
		}
		return sources, sumFiles(sources.files)
	})
}

// memo remembers what a function returned for a key, and lets everybody who asks meanwhile wait for it.
type memo[K comparable, V any] struct {
	mu   sync.Mutex
	seen map[K]func() (V, error)
}

func (m *memo[K, V]) do(key K, f func() (V, error)) (V, error) {
	m.mu.Lock()
	once, ok := m.seen[key]
	if !ok {
		if m.seen == nil {
			m.seen = map[K]func() (V, error){}
		}
		once = sync.OnceValues(f)
		m.seen[key] = once
	}
	m.mu.Unlock()
	return once()
}
