package cfn

import (
	"encoding/base64"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// page cuts one page out of a list; the token is the index of the next element.
func page[T any](all []T, token *string, size int) ([]T, *string, error) {
	start := 0
	if t := aws.ToString(token); t != "" {
		b, err := base64.RawURLEncoding.DecodeString(t)
		n := -1
		if err == nil {
			n, err = strconv.Atoi(string(b))
		}
		if err != nil || n < 0 || n > len(all) {
			return nil, nil, invalid("1 validation error detected: Value '%s' at 'nextToken' is not a token that this operation returned", t)
		}
		start = n
	}
	if start+size >= len(all) {
		return all[start:], nil, nil
	}
	return all[start : start+size], aws.String(base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(start + size)))), nil
}
