package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/manifests"
)

// ScaffoldRequest holds the wizard's answers.
type ScaffoldRequest struct {
	App  string
	Name string // the service
	Type string // as package manifest names them
	Env  string // "" or "local": no environment manifest is written

	Image      string // an existing image; else Dockerfile or Go
	Dockerfile string // relative to the project, for example ./Dockerfile
	Go         bool   // build with the built-in Go builder
	GoPackage  string // the main package, default "."
	Port       int    // 0 = none

	Sources []string // of a static site: directories and files, relative to the project

	Schedule string  // of a job, as a manifest says it
	Timeout  string  // of a job; "" = none
	Retries  int     // of a job
	Topics   []Topic // that a worker subscribes to

	Account, Region string // of the environment
}

// Scaffold says which files the request makes in the project directory dir: the sample manifests with the answers in
// them. It writes nothing. Where a copilot/ workspace is, the files are made there and the application stays as it is.
func Scaffold(dir string, r ScaffoldRequest) ([]File, error) {
	w, files, err := begin(dir, r.App)
	if err != nil {
		return nil, err
	}
	add := func(data []byte, path ...string) { files = append(files, w.file(data, path...)) }
	service, err := w.scaffoldService(r)
	if err != nil {
		return nil, err
	}
	add(service, r.Name, manifestFile)
	if r.Env != "" && r.Env != Local {
		add(scaffoldEnvironment(r), environmentsName, r.Env, manifestFile)
	}
	return files, w.proven(files, r)
}

// begin says which files a workspace in a project directory begins with, new or not.
func begin(dir, app string) (*Workspace, []File, error) {
	w, err := in(dir)
	if err != nil {
		return nil, nil, err
	}
	if w == nil {
		w = &Workspace{Root: filepath.Join(dir, rootName), Project: dir}
	}
	schema, err := editorSchema()
	if err != nil {
		return nil, nil, err
	}
	files := []File{{Path: filepath.Join(w.Root, schemaFile), Data: schema, Ours: true}}
	if !w.Copilot {
		files = append(files, w.file(newSample(manifests.App).set("name", app).bytes(), appFile))
	}
	return w, files, nil
}

// file is a manifest at a path below the root, with the line for editors.
func (w *Workspace) file(data []byte, path ...string) File {
	return File{Path: filepath.Join(append([]string{w.Root}, path...)...), Data: slices.Concat(modeline(len(path)-1), data)}
}

// Imported is a workload that was made elsewhere: its manifest, and overrides.yml where there is one.
type Imported struct {
	Name                string
	Manifest, Overrides []byte
}

// Adopt says which files bring imported workloads into the workspace of a project directory, which is made where there is none.
// An application that is there stays as it is.
func Adopt(dir, app string, workloads []Imported) ([]File, error) {
	w, files, err := begin(dir, app)
	if err != nil {
		return nil, err
	}
	if ok, err := isFile(filepath.Join(w.Root, appFile)); ok || err != nil {
		files = files[:1]
		if err != nil {
			return nil, err
		}
	}
	for _, one := range workloads {
		files = append(files, w.file(one.Manifest, one.Name, manifestFile))
		if one.Overrides != nil {
			files = append(files, File{Path: filepath.Join(w.Root, one.Name, overridesFile), Data: one.Overrides})
		}
	}
	return files, nil
}

// proven refuses answers that would make a manifest with mistakes.
func (w *Workspace) proven(files []File, r ScaffoldRequest) error {
	for _, f := range files {
		if f.Ours {
			continue
		}
		shown := w.display(f.Path)
		_, list := manifest.ParseApp(shown, f.Data)
		switch manifest.TypeOf(f.Data) {
		case "":
		case manifest.EnvironmentType:
			_, list = manifest.ParseEnvironment(shown, f.Data, manifest.Options{App: r.App, Env: r.Env})
		default:
			_, list = manifest.ParseWorkload(shown, f.Data, manifest.Options{App: r.App, Env: r.Env})
		}
		for _, d := range list {
			if list.HasErrors() {
				return &fault.Error{Code: fault.Usage, What: "these answers make no manifest", Err: errors.New(d.Path + ": " + d.Message), Hint: d.Hint}
			}
		}
	}
	return nil
}

func (w *Workspace) scaffoldService(r ScaffoldRequest) ([]byte, error) {
	s := newSample(manifests.LoadBalancedWebService)
	switch r.Type {
	case manifest.LoadBalancedWebService:
		path, err := w.freePath(r.Name)
		if err != nil {
			return nil, err
		}
		s.set("http.path", path)
	case manifest.RequestDrivenService:
		path, err := w.freePath(r.Name)
		if err != nil {
			return nil, err
		}
		s = newSample(manifests.RequestDrivenService).set("http.path", path)
	case manifest.BackendService:
		s = newSample(manifests.BackendService)
		s.comment("http://api:8080", fmt.Sprintf("http://%s:%d", r.Name, r.Port))
	case manifest.StaticSite:
		return scaffoldSite(r), nil
	case manifest.ScheduledJob:
		s = scaffoldJob(r)
	case manifest.WorkerService:
		s = newSample(manifests.WorkerService)
		s.topics(r.Topics)
	default:
		return nil, &fault.Error{Code: fault.Usage, What: fmt.Sprintf("there is no workload type %q", r.Type)}
	}
	s.set("name", r.Name)
	s.image(r)
	return s.bytes(), nil
}

// scaffoldJob writes when the job runs; what was not said stays a proposal.
func scaffoldJob(r ScaffoldRequest) *sample {
	s := newSample(manifests.ScheduledJob).set("on.schedule", r.Schedule)
	if r.Timeout != "" {
		s.comment("#timeout: 1h", "timeout: "+quote(r.Timeout))
	}
	if r.Retries > 0 {
		s.comment("#retries: 3", "retries: "+strconv.Itoa(r.Retries))
	}
	return s
}

// image writes where the image comes from, and the port.
func (s *sample) image(r ScaffoldRequest) {
	switch {
	case r.Image != "":
		s.comment("The Dockerfile. An image that exists already is written as location: <image> instead.", "The image. To build it from a Dockerfile write build: ./Dockerfile instead.")
		s.replace("image.build", "location: "+quote(r.Image))
	case r.Go:
		s.comment("The Dockerfile. An image that exists already is written as location: <image> instead.", "The Go module is built without a Dockerfile and without Docker.")
		lines := []string{"build:", "  builder: go"}
		if r.GoPackage != "" && r.GoPackage != "." {
			lines = append(lines, "  package: "+quote(r.GoPackage))
		}
		s.replace("image.build", lines...)
	default:
		s.set("image.build", r.Dockerfile)
	}
	if r.Type == manifest.ScheduledJob {
		return // nobody calls it
	}
	if r.Port > 0 {
		s.set("image.port", strconv.Itoa(r.Port))
		return
	}
	s.remove("image.port")
	if r.Type == manifest.BackendService { // nobody can call it
		s.replace("network.connect", "connect: false")
		s.comment("the others reach it at http://"+r.Name+":0.", "the others reach it by its name, once it has a port.")
	}
}

// freePath is / for the first service that answers everything, and /<name> for those after it.
func (w *Workspace) freePath(name string) (string, error) {
	services, err := w.Services()
	if err != nil {
		return "", err
	}
	for _, other := range services {
		src, err := os.ReadFile(filepath.Join(w.Root, other, manifestFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if other == name || !slices.Contains([]string{manifest.LoadBalancedWebService, manifest.RequestDrivenService}, manifest.TypeOf(src)) {
			continue
		}
		wl, _ := manifest.ParseWorkload("", src, manifest.Options{}) // its mistakes are not today's subject
		if wl.HTTP != nil && !wl.HTTP.Private && wl.HTTP.Path == "/" && len(wl.HTTP.Aliases) == 0 {
			return "/" + name, nil
		}
	}
	return "/", nil
}

func scaffoldEnvironment(r ScaffoldRequest) []byte {
	s := newSample(manifests.Environment).set("name", r.Env)
	if r.Account != "" {
		s.replace("account", `account: "`+r.Account+`"`)
	} else {
		s.remove("account")
		s.comment("ferry refuses to write into any other account.", "With account: \"<12 digits>\" ferry refuses to write into any other account.")
	}
	if r.Region != "" {
		s.set("region", r.Region)
	} else {
		s.remove("region")
	}
	return s.bytes()
}

// quote writes a text as YAML: plain where that reads back as the same text.
func quote(text string) string {
	plain := strings.Trim(text, " ") == text && text != "" && !strings.ContainsAny(text, "\"'#\n\t\\&*!|>%@`{}[],?") && !strings.Contains(text, ": ") &&
		!strings.HasSuffix(text, ":") && !strings.HasPrefix(text, "-")
	if plain && manifest.TypeOf([]byte("type: "+text)) == text {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
