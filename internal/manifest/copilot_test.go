package manifest

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/diag"
)

// copilotManifests is where the real manifests of Copilot's lie, beside the project: they are data, and not ours.
const copilotManifests = "../../../shared/data/copilot-manifests"

// TestNoManifestOfCopilotsCrashesAndThoseThatAreValidThereAreValidHere reads what Copilot's own repository shows, and
// holds it against Copilot's verdict: what is valid there is valid here, or is refused by name for what ferry does not
// carry yet.
func TestNoManifestOfCopilotsCrashesAndThoseThatAreValidThereAreValidHere(t *testing.T) {
	t.Parallel()
	rows := tsv(t, filepath.Join(copilotManifests, "INDEX.tsv"))
	if len(rows) < 40 {
		t.Fatalf("only %d manifests are listed", len(rows))
	}
	carried := 0
	for _, row := range rows {
		src, err := os.ReadFile(filepath.Join(copilotManifests, row["file"]))
		if err != nil {
			t.Fatal(err)
		}
		list := readForCopilot(row["file"], src)
		if err := placed(list, src); err != "" {
			t.Errorf("%s: %s", row["file"], err)
		}
		missing, wrong := split(list)
		switch {
		case row["copilot_verdict"] == "valid" && len(wrong) > 0:
			t.Errorf("%s is valid for Copilot, but: %v", row["file"], wrong)
		case row["copilot_verdict"] == "valid" && len(missing) == 0:
			carried++
		case row["copilot_verdict"] == "parses" && !list.HasErrors():
			t.Errorf("%s is not valid for Copilot (%s), but it is here", row["file"], row["why"])
		}
	}
	if carried < 7 {
		t.Errorf("only %d valid manifests use carried fields alone: the table has lost some", carried)
	}
}

// tsv reads a table of the shared data by its header. The test is skipped exactly where the file does not exist.
func tsv(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		t.Skipf("%s does not exist: the data is not in this checkout", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, rec := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			if i < len(rec) {
				row[name] = rec[i]
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// readForCopilot reads a manifest with every variable set, in every environment that it names.
func readForCopilot(file string, src []byte) diag.List {
	return Check(file, src, []string{"test"}, Options{App: "shop", Env: "test", Copilot: true, LookupEnv: func(name string) (string, bool) {
		switch name {
		case "AWS_REGION":
			return "us-west-2", true
		case "AWS_ACCOUNT_ID":
			return "111122223333", true
		}
		return strings.ToLower(name), true
	}})
}

// placed tells whether every diagnostic has a place that is in the file.
func placed(list diag.List, src []byte) string {
	lines := strings.Split(string(src), "\n")
	for _, d := range list {
		if d.Line < 1 || d.Line > len(lines) || d.Column < 1 || d.Column > len([]rune(lines[d.Line-1]))+1 {
			return "no such place: " + d.String()
		}
	}
	return ""
}

// split tells what ferry does not carry yet from what it finds wrong.
func split(list diag.List) (missing, wrong diag.List) {
	for _, d := range list {
		switch {
		case d.Severity != diag.Error:
		case strings.Contains(d.Message, "not supported by this version of ferry"):
			missing = append(missing, d)
		default:
			wrong = append(wrong, d)
		}
	}
	return missing, wrong
}

// TestTheTableKnowsEveryFieldOfCopilots looks each of them up: a field is carried, or refused by its name.
func TestTheTableKnowsEveryFieldOfCopilots(t *testing.T) {
	t.Parallel()
	for _, row := range tsv(t, filepath.Join(copilotManifests, "../copilot-fields.tsv")) {
		name := strings.ReplaceAll(row["field"], "<key>", "k")
		for _, kind := range row["kinds"] {
			if kind == 'P' {
				continue // pipelines have no manifest type yet
			}
			if !inSchema(schemaOf(kind), splitPath(name)) {
				t.Errorf("%c: %s has no row", kind, row["field"])
			}
		}
	}
}

// inSchema walks down the schema. What lies below a field to come is known with it.
func inSchema(s *schema, keys []string) bool {
	for _, key := range keys {
		if key == "[]" {
			s = s.item
		} else {
			s = s.value(key)
		}
		if s == nil {
			return false
		}
		if !s.field.Carried() {
			return true
		}
	}
	return true
}
