package docker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// join returns the network that the endpoint's tasks are in. It is made for the first of them: in the engine's default network
// containers do not find each other by name.
func (r *Runtime) join(ctx context.Context) (string, error) {
	r.joining.Lock()
	defer r.joining.Unlock()
	if r.network != "" {
		return r.network, nil
	}
	sum := sha256.Sum256([]byte(r.label))
	name := "ferry-" + hex.EncodeToString(sum[:6])
	if _, err := r.engine.run(ctx, nil, "network", "create", "--label", r.label, name); err != nil {
		return "", err
	}
	r.network = name
	return name, nil
}

// sweepNetworks removes the networks that carry this endpoint's label.
func (r *Runtime) sweepNetworks(ctx context.Context) error {
	r.joining.Lock()
	defer r.joining.Unlock()
	r.network = ""
	names, err := r.engine.run(ctx, nil, "network", "ls", "--quiet", "--filter", "label="+r.label)
	if err != nil || names == "" {
		return err
	}
	_, err = r.engine.run(ctx, nil, append([]string{"network", "rm"}, strings.Fields(names)...)...)
	return err
}
