package ecr

import (
	"encoding/base64"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// page cuts one page out of a list; the token is the index of the next element.
func page[T any](all []T, token *string, size *int32) ([]T, *string, error) {
	start, n := 0, 100
	if t := aws.ToString(token); t != "" {
		i, err := strconv.Atoi(decode(t))
		if err != nil || i < 0 || i > len(all) {
			return nil, nil, invalid("Invalid parameter at 'nextToken' failed to satisfy constraint: 'must be a token that this operation returned'")
		}
		start = i
	}
	if size != nil {
		if n = int(*size); n < 1 || n > 1000 {
			return nil, nil, invalid("Invalid parameter at 'maxResults' failed to satisfy constraint: 'must be between 1 and 1000'")
		}
	}
	if start+n >= len(all) {
		return all[start:], nil, nil
	}
	return all[start : start+n], aws.String(base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(start + n)))), nil
}

func decode(token string) string {
	b, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return ""
	}
	return string(b)
}
