package render_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

func outputs(stack, output string) (string, bool) {
	v, ok := map[string]string{
		"demo-test.Subnets": "subnet-1,subnet-2",
		"demo-test.DNS":     `a,"b"`,
		"demo-test.One":     "sg-1",
	}[stack+"."+output]
	return v, ok
}

func TestResolveFillsPlaceholders(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"a": "${demo-test.One}"}`:                                                `{"a": "sg-1"}`,
		`{"a": "x-${demo-test.One}-${AWS::AccountId}"}`:                            `{"a": "x-sg-1-123456789012"}`,
		`{"a": ["${demo-test.Subnets}"]}`:                                          `{"a": ["subnet-1", "subnet-2"]}`,
		`{"a": ["sg-0", "${demo-test.One}", "${demo-test.Subnets}"]}`:              `{"a": ["sg-0", "sg-1", "subnet-1", "subnet-2"]}`,
		"{\"a\": [\n  \"${demo-test.Subnets}\"\n]}":                                "{\"a\": [\n  \"subnet-1\", \"subnet-2\"\n]}",
		`{"a": "${demo-test.DNS}"}`:                                                `{"a": "a,\"b\""}`,
		`{"a": "` + `\u0024{demo-test.One}` + `", "b": "$HOME ${AWS::AccountId}"}`: `{"a": "` + `\u0024{demo-test.One}` + `", "b": "$HOME 123456789012"}`,
	} {
		got, err := render.Resolve([]byte(in), outputs, "123456789012")
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s:\n%s", in, diff)
		}
	}
}

func TestResolveNamesEverythingThatNothingFills(t *testing.T) {
	t.Parallel()
	_, err := render.Resolve([]byte(`["${demo-test.Gone}", {"a": "${AWS::AccountId} ${other.Gone}"}]`), outputs, "")
	want := "the infrastructure does not say what ${demo-test.Gone}, ${AWS::AccountId}, ${other.Gone} is"
	if err == nil || err.Error() != want || fault.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
}

// A user's own "${…}" reaches the container as it was written, even where it looks like a placeholder.
func TestAUsersTextIsNeverTakenForAPlaceholder(t *testing.T) {
	t.Parallel()
	want := map[string]string{"A": "${HOME}", "B": "${demo-test.One}", "C": "\\${x} \"${AWS::AccountId}\""}
	s := web(t, "")
	s.Manifest.Variables, s.Routing = want, nil
	doc, err := render.TaskDefinition(s, plan.Release{Image: "web"})
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = render.Resolve(doc, outputs, "123456789012"); err != nil {
		t.Fatal(err)
	}
	var read struct {
		ContainerDefinitions []struct {
			Environment []struct{ Name, Value string }
		}
	}
	if err := json.Unmarshal(doc, &read); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range read.ContainerDefinitions[0].Environment {
		if _, mine := want[e.Name]; mine {
			got[e.Name] = e.Value
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
