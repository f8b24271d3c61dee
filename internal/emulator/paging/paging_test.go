package paging

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPagesTogetherAreTheList(t *testing.T) {
	t.Parallel()
	items := []int{1, 2, 3, 4, 5}
	var got [][]int
	var token *string
	limit := int32(2)
	for {
		page, next, err := Page(items, token, &limit, 100)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page)
		if token = next; token == nil {
			break
		}
	}
	if diff := cmp.Diff([][]int{{1, 2}, {3, 4}, {5}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAForeignTokenIsRefused(t *testing.T) {
	t.Parallel()
	token := "%%%"
	if _, _, err := Page([]int{1}, &token, nil, 10); err == nil {
		t.Error("no error")
	}
}
