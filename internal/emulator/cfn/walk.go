package cfn

import (
	"context"
	"errors"
	"maps"
	"sync"
)

// errSkipped is the result of a node that was not tried because of another one.
var errSkipped = errors.New("not tried")

// walk calls f for every node, each once all that it depends on has succeeded, side by side where nothing stands between
// them. Once a node has failed no new one is begun if failFast, and what depends on it is never tried.
func walk(ctx context.Context, deps map[string][]string, failFast bool, f func(ctx context.Context, node string) error) map[string]error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := map[string]chan struct{}{}
	for n := range deps {
		done[n] = make(chan struct{})
	}
	var mu sync.Mutex
	results := map[string]error{}
	var wg sync.WaitGroup
	for n, before := range deps {
		wg.Go(func() {
			defer close(done[n])
			err := awaitAll(before, done, &mu, results)
			if err == nil && ctx.Err() != nil {
				err = errSkipped
			}
			if err == nil {
				err = f(ctx, n)
			}
			mu.Lock()
			results[n] = err
			mu.Unlock()
			if err != nil && failFast {
				cancel()
			}
		})
	}
	wg.Wait()
	return maps.Clone(results)
}

func awaitAll(names []string, done map[string]chan struct{}, mu *sync.Mutex, results map[string]error) error {
	for _, d := range names {
		ch, ok := done[d]
		if !ok {
			continue
		}
		<-ch
		mu.Lock()
		err := results[d]
		mu.Unlock()
		if err != nil {
			return errSkipped
		}
	}
	return nil
}

// reversed turns dependencies round: what depends on a node comes before it.
func reversed(deps map[string][]string) map[string][]string {
	out := map[string][]string{}
	for n := range deps {
		out[n] = nil
	}
	for n, before := range deps {
		for _, d := range before {
			if _, ok := deps[d]; ok {
				out[d] = append(out[d], n)
			}
		}
	}
	return out
}
