package stack

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// good tells whether a stack in this status holds exactly what its template says and can be relied on.
// The clean-up after an update removes what the new template no longer has; the new one already stands.
func good(s types.StackStatus) bool {
	switch s {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateCompleteCleanupInProgress,
		types.StackStatusUpdateRollbackComplete, types.StackStatusImportComplete, types.StackStatusImportRollbackComplete:
		return true
	}
	return false
}

// moving tells whether CloudFormation is working on the stack, so that it takes no other change.
func moving(s types.StackStatus) bool {
	return strings.HasSuffix(string(s), "_IN_PROGRESS") && s != types.StackStatusReviewInProgress
}

// dead tells whether nothing but deletion is left for the stack.
func dead(s types.StackStatus) bool {
	switch s {
	case types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusCreateFailed, types.StackStatusDeleteFailed:
		return true
	}
	return false
}

// changed tells whether a status is the good end of a create or an update, rather than of a rollback.
func changed(s types.StackStatus) bool {
	return s == types.StackStatusCreateComplete || s == types.StackStatusUpdateComplete ||
		s == types.StackStatusUpdateCompleteCleanupInProgress
}

// ended tells whether a change that was executed has come to its end, whichever.
func ended(s types.StackStatus) bool {
	return s == types.StackStatusUpdateCompleteCleanupInProgress || still(s)
}

// still tells whether CloudFormation has finished everything with the stack, so that it takes another change.
func still(s types.StackStatus) bool {
	return !moving(s) && s != types.StackStatusReviewInProgress
}

// deleted tells whether a deletion has come to its end, whichever.
func deleted(s types.StackStatus) bool {
	return s == "" || s == types.StackStatusDeleteComplete || s == types.StackStatusDeleteFailed
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
