// Package paging owns how the emulator's services cut a list into pages. Tokens are opaque to clients.
package paging

import (
	"encoding/base64"
	"errors"
	"strconv"
)

// ErrToken means that a token was not made here.
var ErrToken = errors.New("the token is not valid")

// Page returns the page of items that token asks for and the token of the next one, nil on the last.
// limit is the caller's page size, nil or out of range for most.
func Page[T any](items []T, token *string, limit *int32, most int) ([]T, *string, error) {
	from := 0
	if token != nil && *token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			return nil, nil, ErrToken
		}
		if from, err = strconv.Atoi(string(raw)); err != nil || from < 0 {
			return nil, nil, ErrToken
		}
	}
	from = min(from, len(items))
	size := most
	if limit != nil && *limit > 0 && int(*limit) < most {
		size = int(*limit)
	}
	to := min(from+size, len(items))
	if to == len(items) {
		return items[from:], nil, nil
	}
	next := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	return items[from:to], &next, nil
}
