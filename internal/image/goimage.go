package image

import (
	"archive/tar"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"

	"ferry.dev/ferry/internal/fault"
)

// nonroot is the user that distroless images established.
const nonroot = 65532

// assemble puts the binary on the base image.
func (g *goBuild) assemble(ctx context.Context, scratch, binary string, out func(string)) (v1.Image, error) {
	img, err := g.baseImage(ctx, out)
	if err != nil {
		return nil, err
	}
	var adds []mutate.Addendum
	if g.base() == scratchBase {
		system, err := tarLayer(filepath.Join(scratch, "system-layer"), systemFiles())
		if err != nil {
			return nil, err
		}
		adds = append(adds, addendum(system, "ferry: certificates, users, /tmp"))
	}
	files := []tarFile{{name: "app/", mode: 0o755}, {name: strings.TrimPrefix(g.entrypoint(), "/"), mode: 0o755, path: binary}}
	app, err := tarLayer(filepath.Join(scratch, "app-layer"), append(files, volumeDirs(g.volumes)...))
	if err != nil {
		return nil, err
	}
	if img, err = mutate.Append(img, append(adds, addendum(app, "ferry: go build"))...); err != nil {
		return nil, err
	}
	return g.configure(img)
}

// baseImage is scratch, or pulled. The reference is resolved to a digest once, so that all layers are of one image.
func (g *goBuild) baseImage(ctx context.Context, out func(string)) (v1.Image, error) {
	if g.base() == scratchBase {
		return mutate.MediaType(empty.Image, types.DockerManifestSchema2), nil
	}
	ref, err := name.ParseReference(g.base())
	if err != nil {
		return nil, &fault.Error{Code: fault.Usage, What: g.service + ": the base image's name is not valid", Err: err}
	}
	desc, err := remote.Get(ref, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithPlatform(g.platform))
	if err != nil {
		return nil, g.badBase(ctx, err)
	}
	img, err := desc.Image()
	if err != nil {
		return nil, g.badBase(ctx, err)
	}
	out(fmt.Sprintf("base image %s@%s", ref.Context(), desc.Digest))
	return img, checkPlatform(g.service, img, g.platform)
}

func (g *goBuild) badBase(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &fault.Error{Code: fault.Refused, What: fmt.Sprintf("%s: cannot pull the base image %s for %s", g.service, g.base(), g.platform), Err: registryError(err)}
}

// configure says how the binary is run. What a base image sets stays, but for what it runs.
func (g *goBuild) configure(img v1.Image) (v1.Image, error) {
	cfg, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	cfg = cfg.DeepCopy()
	cfg.OS, cfg.Architecture, cfg.Variant = g.platform.OS, g.platform.Architecture, ""
	cfg.Created = v1.Time{Time: time.Unix(0, 0).UTC()}
	cfg.Config.Entrypoint, cfg.Config.Cmd = []string{g.entrypoint()}, nil
	if u := cfg.Config.User; u == "" || u == "root" || u == "0" {
		cfg.Config.User = fmt.Sprintf("%d:%d", nonroot, nonroot)
	}
	if g.base() == scratchBase {
		cfg.Config.WorkingDir = "/"
		cfg.Config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SSL_CERT_FILE=" + certificatesFile}
	}
	if g.port > 0 {
		if cfg.Config.ExposedPorts == nil {
			cfg.Config.ExposedPorts = map[string]struct{}{}
		}
		cfg.Config.ExposedPorts[fmt.Sprintf("%d/tcp", g.port)] = struct{}{}
	}
	for _, path := range g.volumes {
		if cfg.Config.Volumes == nil {
			cfg.Config.Volumes = map[string]struct{}{}
		}
		cfg.Config.Volumes[path] = struct{}{}
	}
	return mutate.ConfigFile(img, cfg)
}

func addendum(l v1.Layer, by string) mutate.Addendum {
	return mutate.Addendum{Layer: l, History: v1.History{CreatedBy: by, Created: v1.Time{Time: time.Unix(0, 0).UTC()}}}
}

const certificatesFile = "/etc/ssl/certs/ca-certificates.crt"

// systemFiles is what a program on scratch expects of a system.
func systemFiles() []tarFile {
	return []tarFile{
		{name: "etc/", mode: 0o755},
		{name: "etc/group", mode: 0o644, text: fmt.Sprintf("root:x:0:\nnonroot:x:%d:\n", nonroot)},
		{name: "etc/nsswitch.conf", mode: 0o644, text: "hosts: files dns\n"},
		{name: "etc/passwd", mode: 0o644, text: fmt.Sprintf("root:x:0:0:root:/:/sbin/nologin\nnonroot:x:%d:%d:nonroot:/home/nonroot:/sbin/nologin\n", nonroot, nonroot)},
		{name: "etc/ssl/", mode: 0o755},
		{name: "etc/ssl/certs/", mode: 0o755},
		{name: strings.TrimPrefix(certificatesFile, "/"), mode: 0o644, text: rootCertificates()},
		{name: "home/", mode: 0o755},
		{name: "home/nonroot/", mode: 0o700, owner: nonroot},
		{name: "tmp/", mode: 0o1777},
	}
}

// rootCertificates is Mozilla's list as the Go project keeps it: the same on every machine, unlike the host's own. Roots with
// constraints that a PEM file cannot say are left out.
func rootCertificates() string {
	var b strings.Builder
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // a strings.Builder never fails
	}
	return b.String()
}

// tarFile is one entry of a reproducible layer. A name that ends in a slash is a directory.
type tarFile struct {
	name  string
	mode  int64
	owner int
	text  string
	path  string // content from a file instead of text
}

// tarLayer writes a layer that is the same bytes on every machine and at any time.
func tarLayer(dest string, files []tarFile) (v1.Layer, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeTar(w, files)) }()
	defer r.Close() //nolint:errcheck // it only ends the writing side
	return writeLayer(dest, r, v1.Hash{}, types.DockerLayer, true)
}

func writeTar(w io.Writer, files []tarFile) error {
	t := tar.NewWriter(w)
	for _, f := range files {
		if err := writeTarFile(t, f); err != nil {
			return err
		}
	}
	return t.Close()
}

func writeTarFile(t *tar.Writer, f tarFile) error {
	h := &tar.Header{Name: f.name, Mode: f.mode, Uid: f.owner, Gid: f.owner, ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg, Size: int64(len(f.text))}
	if strings.HasSuffix(f.name, "/") {
		h.Typeflag = tar.TypeDir
	}
	if f.path == "" {
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.WriteString(t, f.text)
		return err
	}
	src, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	h.Size = info.Size()
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(t, src)
	return err
}
