package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// maxEnvFile bounds what is read: a task definition has at most 64 KiB in all.
const maxEnvFile = 64 << 10

// EnvFile reads the workload's env_file. It is nil when the workload has none, or has it in S3. A file that is not there is a
// diagnostic at the field.
func (w *Workspace) EnvFile(wl manifest.Workload) (map[string]string, diag.List, error) {
	return w.envFile(wl, wl.EnvFile, "env_file")
}

// EnvFiles reads those of the task's other containers, by their names: sidecars and log router. It is nil without any.
func (w *Workspace) EnvFiles(wl manifest.Workload) (map[string]map[string]string, diag.List, error) {
	files, fields := map[string]string{}, map[string]string{}
	for name, s := range wl.Sidecars {
		files[name], fields[name] = s.EnvFile, "sidecars."+name+".env_file"
	}
	if r := wl.Logging.Router; r != nil {
		files[manifest.LogRouterName], fields[manifest.LogRouterName] = r.EnvFile, "logging.env_file"
	}
	var all map[string]map[string]string
	var list diag.List
	for _, name := range slices.Sorted(maps.Keys(files)) {
		vars, more, err := w.envFile(wl, files[name], fields[name])
		if list = append(list, more...); err != nil {
			return nil, list, err
		}
		if vars != nil && all == nil {
			all = map[string]map[string]string{}
		}
		if vars != nil {
			all[name] = vars
		}
	}
	return all, list, nil
}

// envFile reads the file that a field names.
func (w *Workspace) envFile(wl manifest.Workload, name, field string) (map[string]string, diag.List, error) {
	if name == "" || strings.HasPrefix(name, "arn:") {
		return nil, nil, nil
	}
	file := filepath.FromSlash(name)
	if !filepath.IsAbs(file) {
		file = filepath.Join(w.Project, file)
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist), isNotDir(err):
		return nil, w.atEnvFile(wl, field, "there is no file "+w.display(file)), nil
	case err != nil:
		return nil, nil, unreadable(w.display(file), err)
	case !info.Mode().IsRegular():
		return nil, w.atEnvFile(wl, field, w.display(file)+" is no file"), nil
	case info.Size() > maxEnvFile:
		return nil, w.atEnvFile(wl, field, fmt.Sprintf("%s has more than %d KiB", w.display(file), maxEnvFile>>10)), nil
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, &fault.Error{Code: fault.Usage, What: w.display(file) + " cannot be read", Err: err}
	}
	vars, list := ParseEnvFile(w.display(file), src)
	return vars, list, nil
}

// atEnvFile is a mistake at the manifest's env_file.
func (w *Workspace) atEnvFile(wl manifest.Workload, field, message string) diag.List {
	file := filepath.Join(w.Root, wl.Name, manifestFile)
	src, err := os.ReadFile(file)
	if err != nil {
		src = nil // the place is then the top of the file
	}
	return diag.List{{
		Position: manifest.Locate(w.display(file), src)(field), Severity: diag.Error, Path: field,
		Message: message, Hint: "paths are relative to the directory that holds " + filepath.Base(w.Root) + "/",
	}}
}

// ParseEnvFile reads NAME=value lines as ECS reads its environment files: the value is the rest of the line, spaces and
// quotes included; empty lines and those that begin with # say nothing. Of two lines for one name the later one counts.
// No diagnostic repeats a value: such files hold secrets.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
func ParseEnvFile(file string, src []byte) (map[string]string, diag.List) {
	vars, lines := map[string]string{}, map[string]int{}
	var list diag.List
	text := strings.TrimPrefix(string(src), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		name, value, fault := splitAssignment(line)
		if fault.Message != "" {
			fault.File, fault.Line = file, i+1
			list = append(list, fault)
			if fault.Severity == diag.Error {
				continue
			}
		}
		if first, twice := lines[name]; twice {
			list = append(list, diag.Diagnostic{
				Position: diag.Position{File: file, Line: i + 1, Column: 1}, EndColumn: 1 + len(name), Severity: diag.Warning,
				Message: fmt.Sprintf("%s stands in line %d already; this line counts", name, first), Hint: "remove one of the two",
			})
		}
		vars[name], lines[name] = value, i+1
	}
	return vars, list
}

// splitAssignment cuts a line in two. What is wrong with it comes without file and line.
func splitAssignment(line string) (name, value string, wrong diag.Diagnostic) {
	mistake := func(s diag.Severity, column, end int, message, hint string) {
		wrong = diag.Diagnostic{
			Position: diag.Position{Column: column}, EndColumn: end, Severity: s, Message: message, Hint: hint,
		}
	}
	whole := utf8.RuneCountInString(line) + 1
	name, value, ok := strings.Cut(line, "=")
	column := utf8.RuneCountInString(name) + 2
	exported, isExport := strings.CutPrefix(strings.TrimSpace(name), "export ")
	switch {
	case !utf8.ValidString(line):
		mistake(diag.Error, 1, 0, "the line is not valid UTF-8", "save the file as UTF-8")
	case strings.ContainsRune(line, 0):
		mistake(diag.Error, 1, whole, "the line holds a NUL character", "")
	case !ok:
		mistake(diag.Error, 1, whole, "the line has no =", "write NAME=value")
	case isExport:
		mistake(diag.Error, 1, whole, "this is no shell script", "write "+strings.TrimSpace(exported)+"=…")
	case strings.TrimSpace(name) == "":
		mistake(diag.Error, 1, whole, "the line has no name before the =", "write NAME=value")
	case strings.ContainsAny(name, " \t"):
		hint := "write NAME=value"
		if bare := strings.TrimSpace(name); !strings.ContainsAny(bare, " \t") {
			hint = "write " + bare + "=…"
		}
		mistake(diag.Error, 1, column-1, "a name holds no spaces", hint)
	case isQuoted(value):
		mistake(diag.Warning, column, whole, "the quotes are part of the value, as ECS reads it", "remove them")
	}
	return name, value, wrong
}

func isQuoted(s string) bool {
	return len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}
