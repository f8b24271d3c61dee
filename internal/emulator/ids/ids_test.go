package ids

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNamesHaveAWSsShapes(t *testing.T) {
	t.Parallel()
	for pattern, got := range map[string]string{
		`^[0-9a-f]{7}$`:      NewHex(7),
		`^vpc-[0-9a-f]{17}$`: NewEC2("vpc"),
		`^AROA[A-Z2-7]{17}$`: New("AROA", 17),
		`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`: NewUUID(),
	} {
		if !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("%s does not match %s", got, pattern)
		}
	}
}

func TestAWordIsLettersDigitsHyphensAndUnderscores(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	for _, name := range []string{"", "a", "A-b_9", "a.b", "é", "12345678", "123456789", "a b", "a\n"} {
		got[name] = Word(name, 8)
	}
	want := map[string]bool{"": false, "a": true, "A-b_9": true, "a.b": false, "é": false, "12345678": true, "123456789": false, "a b": false, "a\n": false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIAMHasNoRegion(t *testing.T) {
	t.Parallel()
	s := Default()
	got := []string{s.ARN("ecs", "cluster/c"), s.ARN("iam", "role/r")}
	if diff := cmp.Diff([]string{"arn:aws:ecs:us-east-1:000000000000:cluster/c", "arn:aws:iam::000000000000:role/r"}, got); diff != "" {
		t.Error(diff)
	}
}
