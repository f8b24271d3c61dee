package iam

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// mostCharacters is how long a managed policy may be, white space not counted.
const mostCharacters = 6144

// statement is what the check of a managed policy reads of a statement.
type statement struct {
	Effect                                                            string
	Action, NotAction, Resource, NotResource, Principal, NotPrincipal json.RawMessage
}

// checkManaged checks the document of a managed policy: its statements say what is allowed or denied on what, but not to whom,
// which is for the policy's roles to say.
func checkManaged(document *string) error {
	if err := checkDocument(document); err != nil {
		return err
	}
	text := aws.ToString(document)
	long := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			long++
		}
	}
	if long > mostCharacters {
		return limit("Cannot exceed quota for PolicySize: " + strconv.Itoa(mostCharacters))
	}
	list, err := statements(text)
	if err != nil {
		return malformed("Syntax errors in policy.")
	}
	for _, one := range list {
		if message := one.wrong(); message != "" {
			return malformed(message)
		}
	}
	return nil
}

// statements reads a policy's statements: one or a list.
func statements(text string) ([]statement, error) {
	var d struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, err
	}
	var list []statement
	if !strings.HasPrefix(string(d.Statement), "{") {
		err := json.Unmarshal(d.Statement, &list)
		return list, err
	}
	var one statement
	err := json.Unmarshal(d.Statement, &one)
	return append(list, one), err
}

func (s statement) wrong() string {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny":
		return "Syntax errors in policy."
	case len(s.Principal)+len(s.NotPrincipal) > 0:
		return "Policy document should not specify a principal."
	case len(s.Action)+len(s.NotAction) == 0:
		return "Policy statement must contain actions."
	case len(s.Resource)+len(s.NotResource) == 0:
		return "Policy statement must contain resources."
	}
	return ""
}

func malformed(message string) error {
	return &types.MalformedPolicyDocumentException{Message: &message}
}
func limit(message string) error { return &types.LimitExceededException{Message: &message} }
