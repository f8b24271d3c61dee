package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
)

// askFiles asks where a site's files are; what flags say of images and ports is no answer for one.
func (w *wizard) askFiles(ctx context.Context) error {
	if w.o.Image != "" || w.o.Dockerfile != "" || w.o.Builder != "" || w.o.GoPackage != "" || w.o.Port > 0 {
		return &fault.Error{Code: fault.Usage, What: "--image, --dockerfile, --builder, --go-package and --port are not for a Static Site: it has no container",
			Hint: "write --sources with the directories or files of the site"}
	}
	answer, err := w.input(ctx, strings.Join(w.o.Sources, ","), ui.Question{
		Text: "Where are the site's files?", Flag: "--sources", Default: w.siteDefault(), Validate: validSources,
		Help: "A directory or a file below this one; several with commas between them.",
	})
	if err != nil {
		return err
	}
	for source := range strings.SplitSeq(answer, ",") {
		w.a.Sources = append(w.a.Sources, strings.TrimSpace(source))
	}
	return nil
}

// siteDefault is the first directory there is of those that generators write to.
func (w *wizard) siteDefault() string {
	for _, dir := range []string{"public", "dist", "build", "out", "_site", "site"} {
		if info, err := os.Stat(filepath.Join(w.dir, dir)); err == nil && info.IsDir() {
			return dir
		}
	}
	return "public"
}

func validSources(text string) error {
	for source := range strings.SplitSeq(text, ",") {
		if source = strings.TrimSpace(source); source == "" || filepath.IsAbs(source) || strings.HasPrefix(source, "/") {
			return errors.New("a source is a directory or a file below this one, such as public")
		}
	}
	return nil
}

// noSources refuses --sources for everything else.
func (w *wizard) noSources() error {
	if len(w.o.Sources) == 0 {
		return nil
	}
	return &fault.Error{Code: fault.Usage, What: "--sources is for a Static Site, not for a " + w.a.Type, Hint: fmt.Sprintf("leave it out, or write --type %q", manifest.StaticSite)}
}
