package cwlogs

import (
	"encoding/base64"
	"fmt"
	"sort"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// page cuts one page out of sorted names. The token names the last entry of the page before, so that entries which come
// and go between two pages neither repeat nor hide others.
func page(names []string, compare func(a, b string) int, limit *int32, byDefault, most int, token *string) ([]string, *string, error) {
	size := byDefault
	if limit != nil {
		size = int(*limit)
	}
	if size < 1 || size > most {
		return nil, nil, invalid(fmt.Sprintf("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must be between 1 and %d", size, most))
	}
	if token != nil {
		last, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			return nil, nil, invalid("The specified nextToken is invalid.")
		}
		names = names[sort.Search(len(names), func(i int) bool { return compare(names[i], string(last)) > 0 }):]
	}
	if len(names) <= size {
		return names, nil, nil
	}
	return names[:size], aws.String(base64.RawURLEncoding.EncodeToString([]byte(names[size-1]))), nil
}
