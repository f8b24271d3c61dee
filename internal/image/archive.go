package image

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"golang.org/x/sync/errgroup"
)

// archive is what `docker save` writes: a tar file whose entries are read in place.
type archive struct {
	file    *os.File
	entries map[string]entry
}

type entry struct {
	offset, size int64
	link         string // of a symbolic or hard link: the entry it stands for
}

// archiveManifest is one image in an archive's manifest.json.
//
// https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
type archiveManifest struct {
	Config string
	Layers []string
}

// openArchive reads the image of a docker archive. Its layers are compressed once, into scratch, several at a time: a
// registry wants digest and size of what it is sent before it is sent.
func openArchive(file, scratch string) (v1.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a := archive{file: f, entries: map[string]entry{}}
	if err := a.index(); err != nil {
		return nil, fmt.Errorf("reading the exported image: %w", err)
	}
	img, err := a.image(scratch)
	if err != nil {
		return nil, fmt.Errorf("reading the exported image: %w", err)
	}
	return img, nil
}

// index finds where each entry's bytes are.
func (a archive) index() error {
	r := tar.NewReader(a.file)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at, err := a.file.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		e := entry{offset: at, size: h.Size}
		switch h.Typeflag {
		case tar.TypeSymlink:
			e.link = path.Join(path.Dir(h.Name), h.Linkname)
		case tar.TypeLink:
			e.link = path.Clean(h.Linkname)
		}
		a.entries[path.Clean(h.Name)] = e
	}
}

// open returns an entry's content. Old engines write a layer that occurs twice as a link.
func (a archive) open(name string) (*io.SectionReader, error) {
	for range 8 {
		e, ok := a.entries[path.Clean(name)]
		if !ok {
			return nil, fmt.Errorf("%s is missing", name)
		}
		if e.link == "" {
			return io.NewSectionReader(a.file, e.offset, e.size), nil
		}
		name = e.link
	}
	return nil, fmt.Errorf("%s is a circle of links", name)
}

func (a archive) read(name string, into any) ([]byte, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return data, json.Unmarshal(data, into)
}

// image builds the image from manifest.json, which every engine writes.
func (a archive) image(scratch string) (v1.Image, error) {
	var manifests []archiveManifest
	if _, err := a.read("manifest.json", &manifests); err != nil {
		return nil, err
	}
	if len(manifests) != 1 {
		return nil, fmt.Errorf("it holds %d images instead of one", len(manifests))
	}
	var cfg v1.ConfigFile
	if _, err := a.read(manifests[0].Config, &cfg); err != nil {
		return nil, err
	}
	if len(cfg.RootFS.DiffIDs) != len(manifests[0].Layers) {
		return nil, fmt.Errorf("it has %d layers, its configuration %d", len(manifests[0].Layers), len(cfg.RootFS.DiffIDs))
	}
	layers := make([]v1.Layer, len(manifests[0].Layers))
	var g errgroup.Group
	g.SetLimit(2)
	for i, name := range manifests[0].Layers {
		g.Go(func() error {
			l, err := a.layer(name, cfg.RootFS.DiffIDs[i], filepath.Join(scratch, fmt.Sprintf("layer-%d", i)))
			layers[i] = l
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return assemble(cfg, layers)
}

// assemble makes an image of a configuration and the layers that it names.
func assemble(cfg v1.ConfigFile, layers []v1.Layer) (v1.Image, error) {
	history := cfg.History
	cfg.History, cfg.RootFS.DiffIDs = nil, nil
	img, err := mutate.ConfigFile(empty.Image, &cfg)
	if err != nil {
		return nil, err
	}
	adds := make([]mutate.Addendum, len(layers))
	for i, l := range layers {
		adds[i] = mutate.Addendum{Layer: l}
	}
	if img, err = mutate.Append(img, adds...); err != nil {
		return nil, err
	}
	full, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	full = full.DeepCopy()
	full.History = history
	return mutate.ConfigFile(img, full)
}
