package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ferry.dev/ferry/manifests"
)

// Samples writes every sample manifest of a workload into a workspace in dir, as one application called samples. The sample
// application, built without Docker, is what each of them runs; the sample environment stands beside them as it is. root is the module's directory. It returns the services' names.
func Samples(root, dir string) ([]string, error) {
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "e2e", "sampleapp"))); err != nil {
		return nil, err
	}
	files := map[string]string{
		"ferry/app.yml":                        "name: samples\n",
		"ferry/environments/test/manifest.yml": string(manifests.Sample(manifests.Environment)),
		"public/index.html":                    "<p>A site.</p>\n",
	}
	var names []string
	for _, sample := range []string{manifests.BackendService, manifests.RequestDrivenService, manifests.ScheduledJob,
		manifests.StaticSite, manifests.LoadBalancedWebService, manifests.WorkerService} {
		name, text, err := onBuiltImage(sample)
		if err != nil {
			return nil, err
		}
		files["ferry/"+name+"/manifest.yml"] = text
		names = append(names, name)
	}
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// onBuiltImage returns a sample's name and text, with the two changes that all of them need to run beside each other.
func onBuiltImage(sample string) (name, text string, err error) {
	text = string(manifests.Sample(sample))
	_, rest, named := strings.Cut(text, "\nname: ")
	name, _, _ = strings.Cut(rest, "\n")
	if !named {
		return "", "", fmt.Errorf("the sample %s has no name", sample)
	}
	text = strings.Replace(text, "build: ./Dockerfile", "build: {builder: go}", 1)
	if sample == manifests.RequestDrivenService { // the load-balanced one has the root
		text = strings.Replace(text, "path: /\n", "path: /"+name+"\n", 1)
	}
	return name, text, nil
}
