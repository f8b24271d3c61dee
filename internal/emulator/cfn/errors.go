package cfn

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/emulator/cfn/template"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// invalid is the refusal that has no type in the SDK.
func invalid(format string, args ...any) error {
	return &wire.Error{Code: "ValidationError", Message: fmt.Sprintf(format, args...), Status: http.StatusBadRequest}
}

// asValidation turns a template's error into the service's.
func asValidation(err error) error {
	var t *template.Error
	if errors.As(err, &t) {
		return invalid("%s", t.Message)
	}
	return err
}

// noStack is DescribeStacks' answer; most other operations say noStackAt.
func noStack(name string) error { return invalid("Stack with id %s does not exist", name) }

func noStackAt(name string) error { return invalid("Stack [%s] does not exist", name) }

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// isGone tells a typed "not found" from every other error.
func isGone(err error) bool {
	c := code(err)
	return strings.Contains(c, "NotFound") || strings.HasPrefix(c, "NoSuch") || c == "ParameterNotFound"
}

// isHeld tells that something still uses the resource; it may let go soon.
func isHeld(err error) bool {
	switch code(err) {
	case "DependencyViolation", "ResourceInUse", "ResourceInUseException", "DeleteConflict", "ClusterContainsServicesException", "ClusterContainsTasksException", "ClusterContainsContainerInstancesException", "OperationInProgressException":
		return true
	}
	return false
}

// because says an error as CloudFormation's resource handlers do.
func because(err error) string {
	var t *template.Error
	if errors.As(err, &t) {
		return t.Message
	}
	var own *propertyError
	if errors.As(err, &own) {
		return own.Error()
	}
	kind := "GeneralServiceException"
	c := code(err)
	switch {
	case strings.Contains(c, "AlreadyExists") || strings.HasPrefix(c, "Duplicate") || c == "PriorityInUse":
		kind = "AlreadyExists"
	case isGone(err):
		kind = "NotFound"
	case strings.Contains(c, "LimitExceeded") || strings.HasPrefix(c, "TooMany"):
		kind = "ServiceLimitExceeded"
	case c != "":
		kind = "InvalidRequest"
	}
	text := err.Error()
	var api smithy.APIError
	if errors.As(err, &api) {
		text = fmt.Sprintf("%s (%s)", api.ErrorMessage(), api.ErrorCode())
	}
	return fmt.Sprintf("Resource handler returned message: %q (RequestToken: %s, HandlerErrorCode: %s)", text, ids.NewUUID(), kind)
}
