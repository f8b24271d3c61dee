package cfn

import (
	"encoding/base64"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// page cuts one page out of a list; the token is the index of the next element.
func page[T any](all []T, token *string, size int) ([]T, *string, error) {
	start, err := offset(token, 0, len(all))
	if err != nil {
		return nil, nil, err
	}
	if start+size >= len(all) {
		return all[start:], nil, nil
	}
	return all[start : start+size], tokenFor(start + size), nil
}

// pageBack cuts one page out of a list that grows at its end, the last element first. The token counts from the
// beginning, so that no page repeats another although the list has grown meanwhile.
func pageBack[T any](all []T, token *string, size int) ([]T, *string, error) {
	end, err := offset(token, len(all), len(all))
	if err != nil {
		return nil, nil, err
	}
	start := max(end-size, 0)
	cut := slices.Clone(all[start:end])
	slices.Reverse(cut)
	if start == 0 {
		return cut, nil, nil
	}
	return cut, tokenFor(start), nil
}

func tokenFor(n int) *string {
	return aws.String(base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n))))
}

// offset reads a token; without one it is first.
func offset(token *string, first, most int) (int, error) {
	t := aws.ToString(token)
	if t == "" {
		return first, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(t)
	n := -1
	if err == nil {
		n, err = strconv.Atoi(string(b))
	}
	if err != nil || n < 0 || n > most {
		return 0, invalid("1 validation error detected: Value '%s' at 'nextToken' is not a token that this operation returned", t)
	}
	return n, nil
}
