package sqs

import (
	"crypto/md5" //nolint:gosec // the protocol's checksum, no secret hangs on it
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func digest(text string) string {
	sum := md5.Sum([]byte(text)) //nolint:gosec // the protocol's
	return hex.EncodeToString(sum[:])
}

// attributesDigest is the checksum that clients verify: every attribute by name, its parts with their lengths before them.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
func attributesDigest(attributes map[string]Attribute) string {
	h := md5.New() //nolint:gosec // the protocol's
	part := func(b []byte) {
		var length [4]byte
		binary.BigEndian.PutUint32(length[:], uint32(len(b)))
		h.Write(length[:])
		h.Write(b)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		part([]byte(name))
		part([]byte(aws.ToString(a.DataType)))
		if binaryType(a) {
			h.Write([]byte{2})
			part(a.BinaryValue)
			continue
		}
		h.Write([]byte{1})
		part([]byte(aws.ToString(a.StringValue)))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func binaryType(a Attribute) bool { return strings.HasPrefix(aws.ToString(a.DataType), "Binary") }

// size is what a message weighs: its body and, of each attribute, name, type and value.
func size(body string, attributes map[string]Attribute) int {
	n := len(body)
	for name, a := range attributes {
		n += len(name) + len(aws.ToString(a.DataType)) + len(aws.ToString(a.StringValue)) + len(a.BinaryValue)
	}
	return n
}

// checkAttributesOf refuses attributes of a message that SQS would.
func checkAttributesOf(attributes map[string]Attribute) error {
	if len(attributes) > 10 {
		return fail("InvalidParameterValue", "Number of message attributes [%d] exceeds the allowed maximum [10].", len(attributes))
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		kind, _, _ := strings.Cut(aws.ToString(a.DataType), ".")
		value := aws.ToString(a.StringValue)
		switch {
		case name == "" || len(name) > 256 || strings.HasPrefix(strings.ToLower(name), "aws.") || strings.HasPrefix(strings.ToLower(name), "amazon."):
			return fail("InvalidParameterValue", "Message (user) attribute name '%s' is invalid.", name)
		case kind != "String" && kind != "Number" && kind != "Binary":
			return fail("InvalidParameterValue", "The type of message (user) attribute '%s' is invalid. You must use only the following supported type prefixes: Binary, Number, String.", name)
		case kind == "Binary" && len(a.BinaryValue) == 0 || kind != "Binary" && value == "":
			return fail("InvalidParameterValue", "Message (user) attribute '%s' must contain a non-empty value of type '%s'.", name, kind)
		}
		if _, err := strconv.ParseFloat(value, 64); kind == "Number" && err != nil {
			return fail("InvalidParameterValue", "Can't cast the value of message (user) attribute '%s' to a number.", name)
		}
	}
	return nil
}

// chosen are the attributes that a receiver asks for: names, prefixes with .* behind them, or All.
func chosen(attributes map[string]Attribute, names []string) map[string]Attribute {
	out := map[string]Attribute{}
	for name, a := range attributes {
		for _, want := range names {
			prefix, wild := strings.CutSuffix(want, ".*")
			if want == "All" || want == name || wild && (prefix == "" || name == prefix || strings.HasPrefix(name, prefix+".")) {
				out[name] = a
			}
		}
	}
	return out
}
