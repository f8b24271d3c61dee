package manifest

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// TestTheTableTakesEveryFieldOfCopilotsInEachFormThatCopilotTakes walks Copilot's own table of fields: each is carried by each of
// its kinds of manifest, in each of the forms that it may have there (text, number, list, short or long form, reference to
// another stack), written out or as a ${VARIABLE}; or it is refused by its name, with the reason.
func TestTheTableTakesEveryFieldOfCopilotsInEachFormThatCopilotTakes(t *testing.T) {
	t.Parallel()
	forms, refused := 0, []string(nil)
	for _, row := range tsv(t, filepath.Join(copilotManifests, "../copilot-fields.tsv")) {
		for _, kind := range row["kinds"] {
			if kind == 'P' {
				continue // a pipeline's manifest is told from the others, and refused as a whole
			}
			if f := rowOf(schemaOf(kind), splitPath(strings.ReplaceAll(row["field"], "<key>", "k"))); f == nil {
				t.Errorf("%c: %s has no row", kind, row["field"])
				continue
			} else if !f.Carried() {
				refused = append(refused, row["field"]+": "+f.Later)
				continue
			}
			tried := copilotForms(row["field"], row["type"], kind)
			if len(tried) == 0 {
				t.Errorf("%c: %s: no sample of %q", kind, row["field"], row["type"])
			}
			for _, form := range tried {
				forms++
				if list := checkedForm(row["field"], form, kind); list.HasErrors() {
					t.Errorf("%c: %s as %s: %v", kind, row["field"], form, list)
				}
			}
		}
	}
	if forms < 2000 {
		t.Errorf("only %d forms of Copilot's fields were tried", forms)
	}
	want := []string{ // sides of a load balancer that the other one has
		"http.public.security_groups.ingress.from_vpc: the VPC as a source of a public load balancer; requests from within come from its public side",
		"http.private.security_groups.ingress.restrict_to.cdn: CloudFront before an internal load balancer; it reaches the public one: http.public.ingress.cdn",
	}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("refused by name (-want +got):\n%s", diff)
	}
}

// rowOf walks down the schema to a field, or to the one to come that it lies below. Nil means that there is none.
func rowOf(s *schema, keys []string) *Field {
	for _, key := range keys {
		if key == "[]" {
			s = s.item
		} else {
			s = s.value(key)
		}
		if s == nil {
			return nil
		}
		if !s.field.Carried() {
			break
		}
	}
	return &s.field
}

// perKind picks the forms that a kind takes, where the table of Copilot's writes " / " between those of different kinds.
var perKind = map[string]func(kind rune, of []string) string{
	"command":    func(kind rune, of []string) string { return of[oneIf(kind != 'R')] },
	"count":      func(kind rune, of []string) string { return of[oneIf(kind == 'R')] },
	"http":       func(kind rune, of []string) string { return of[oneIf(kind == 'L')] },
	"http.alias": func(kind rune, of []string) string { return of[oneIf(kind == 'R' || kind == 'S')] },
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// copilotForms lists values of a field as YAML, at least one for each of its forms.
func copilotForms(field, types string, kind rune) []string {
	if of := strings.Split(types, " / "); len(of) > 1 {
		types = perKind[field](kind, of)
	}
	var forms []string
	for _, form := range splitAlternatives(types) {
		forms = append(forms, samples(field, form)...)
	}
	return forms
}

// meaningful are samples of texts that mean something: a word is not enough there.
var meaningful = map[string]string{
	"type": "Backend Service", "version": "grpc", "platform": "windows/x86_64", "placement": "private", "rolling": "recreate",
	"osfamily": "windows_server_2022_full", "architecture": "arm64", "tracing": "awsxray", "depends_on": "start", "range": "1-10", "ports": "0-65535",
	"deduplication_scope": "messageGroup", "throughput_limit": "perMessageGroupId", "cidr": "10.0.0.0/16", "allowed_source_ips": "10.0.0.0/24",
	"source_ips": "10.0.0.0/24", "port": "8080/udp", "timeout": "1h30m", "schedule": "0 12 * * MON",
}

// samples are values of one form. The numbers are such as every field of theirs can have.
func samples(field, form string) []string {
	keys := strings.Split(field, ".")
	last := strings.TrimSuffix(keys[len(keys)-1], "[]")
	text, ok := meaningful[last]
	if !ok {
		text = "some-text"
	}
	inner, nested := strings.CutSuffix(form, ")")
	switch {
	case nested && strings.HasPrefix(inner, "list("):
		return within("[%s]", samplesOf(field, inner[len("list("):]))
	case nested && strings.HasPrefix(inner, "map("):
		return within("{KEY: %s}", samplesOf(field, strings.TrimPrefix(inner[len("map("):], "string→")))
	case strings.HasPrefix(form, "{"):
		return []string{strings.ReplaceAll(form, ": string", ": an-export")}
	case strings.HasPrefix(form, "string"):
		return []string{text, strconv.Quote(text), "${TEXT:" + text + "}"}
	case strings.HasPrefix(form, "int"), strings.HasPrefix(form, "uint"):
		return []string{number(last), "${NUMBER:" + number(last) + "}"}
	}
	return map[string][]string{
		"map": {"{}"}, "bool": {"true", "off", "${FLAG:true}"}, "duration": {"1m30s", "90s", "${TIME:1m30s}"}, "float64": {"70", "70.5", "${NUMBER:70.5}"},
		"any": {"1", "text", "{a: [b]}"}, "interface": {"[{numeric: [\">=\", 100]}]"},
	}[form]
}

// number is a whole number that a field can have.
func number(last string) string {
	if n, ok := map[string]string{"ephemeral": "21", "retention": "30", "cpu": "512", "memory": "1024", "port": "8080"}[last]; ok {
		return n
	}
	return "5"
}

func samplesOf(field, types string) []string {
	var all []string
	for _, form := range splitAlternatives(types) {
		all = append(all, samples(field, form)...)
	}
	return all
}

func within(format string, values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		if strings.HasPrefix(v, "$") {
			v = strconv.Quote(v) // no plain text has a brace within others
		}
		out[i] = fmt.Sprintf(format, v)
	}
	return out
}

// alone writes a manifest with nothing but one value.
func alone(keys []string, value string) string {
	var b strings.Builder
	indent, begun := "", true
	for _, key := range keys {
		if !begun {
			b.WriteString("\n" + indent)
		}
		if begun = key == "[]"; begun {
			b.WriteString("- ")
		} else {
			b.WriteString(key + ": ")
		}
		indent += "  "
	}
	return b.String() + value + "\n"
}

// checkedForm holds a manifest with nothing but one value against the table. ${NAME:value} is a variable with that value.
func checkedForm(field, form string, kind rune) diag.List {
	o := Options{App: "shop", Env: "test", LookupEnv: func(string) (string, bool) { return "", false }}
	if before, rest, ok := strings.Cut(form, "${"); ok {
		variable, after, _ := strings.Cut(rest, "}")
		name, value, _ := strings.Cut(variable, ":")
		form = before + "${" + name + "}" + after
		o.LookupEnv = func(string) (string, bool) { return value, true }
	}
	d := parse("manifest.yml", []byte(alone(splitPath(strings.ReplaceAll(field, "<key>", "k")), form)))
	if d.root != nil {
		for _, e := range d.root.entries {
			d.interpolate(e.value, path{e.key}, o)
		}
		checker{d, kind}.value(schemaOf(kind), d.root, nil)
	}
	return d.result()
}
