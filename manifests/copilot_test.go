package manifests_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheSchemaTakesEveryManifestThatIsValidForCopilot holds the schema, which editors complete from, against what Copilot's own
// repository shows. The manifests lie beside the project: they are data, and not ours.
func TestTheSchemaTakesEveryManifestThatIsValidForCopilot(t *testing.T) {
	t.Parallel()
	const dir = "../../shared/data/copilot-manifests"
	index, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if os.IsNotExist(err) {
		t.Skipf("%s does not exist: the data is not in this checkout", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	schema := compiled(t)
	valid := 0
	for lines := bufio.NewScanner(index); lines.Scan(); {
		row := strings.Split(lines.Text(), "\t")
		if len(row) < 3 || row[2] != "valid" {
			continue
		}
		valid++
		src, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		if err := fits(t, schema, src); err != nil {
			t.Errorf("%s: %v", row[0], err)
		}
	}
	if valid < 30 {
		t.Errorf("only %d manifests are valid", valid)
	}
}
