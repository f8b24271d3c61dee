package ecs

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"sort"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
)

// last returns what follows the last slash: a name, whether it came as an ARN or bare.
func last(nameOrARN string) string {
	return nameOrARN[strings.LastIndexByte(nameOrARN, '/')+1:]
}

// resource splits an ECS ARN into its kind and the parts after it: "service", ["cluster", "name"].
func resource(arn string) (kind string, parts []string) {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) != 6 || fields[0] != "arn" || fields[2] != "ecs" {
		return "", nil
	}
	all := strings.Split(fields[5], "/")
	return all[0], all[1:]
}

func validName(name string) bool {
	return ids.Word(name, 255)
}

// newDigits returns n random digits that do not begin with a zero, as deployment and revision IDs are.
func newDigits(n int64) string {
	low := new(big.Int).Exp(big.NewInt(10), big.NewInt(n-1), nil)
	k, err := rand.Int(rand.Reader, new(big.Int).Mul(low, big.NewInt(9)))
	if err != nil { // crypto/rand ends the process rather than fail
		return strings.Repeat("1", int(n))
	}
	return k.Add(k, low).String()
}

// newLetters returns n random letters and digits, as service deployment IDs are.
func newLetters(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails: it ends the process instead
	for i := range b {
		b[i] = letters[b[i]%64]
	}
	return string(b)
}

// page sorts names and cuts one page out of them. The token holds the last name of the
// page before.
func page(names []string, descending bool, limit *int32, most int, token *string) ([]string, *string, error) {
	size := most
	if limit != nil {
		size = int(*limit)
	}
	if size < 1 || size > most {
		return nil, nil, invalid("maxResults must be between 1 and %d.", most)
	}
	before := func(a, b string) bool { return a < b }
	if descending {
		before = func(a, b string) bool { return a > b }
	}
	sort.Slice(names, func(i, j int) bool { return before(names[i], names[j]) })
	if token != nil {
		from, err := base64.RawURLEncoding.DecodeString(*token)
		if err != nil {
			return nil, nil, invalid("Invalid token in request: nextToken.")
		}
		names = names[sort.Search(len(names), func(i int) bool { return before(string(from), names[i]) }):]
	}
	if names == nil {
		names = []string{}
	}
	if len(names) <= size {
		return names, nil, nil
	}
	return names[:size], aws.String(base64.RawURLEncoding.EncodeToString([]byte(names[size-1]))), nil
}

// sortable writes a number so that numbers sort as text.
func sortable(i int) string { return fmt.Sprintf("%012d", i) }

// splitHostPort takes a host:port apart.
func splitHostPort(address string) (string, int32, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	return host, int32(port), err
}
