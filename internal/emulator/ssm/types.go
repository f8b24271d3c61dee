package ssm

import "time"

// The inputs and outputs have the shape of the SDK's, member by member; the SDK's own module is large and needed for
// nothing else. https://docs.aws.amazon.com/systems-manager/latest/APIReference/

// Tag is a tag.
type Tag struct{ Key, Value *string }

// Parameter is a parameter with its value.
type Parameter struct {
	ARN              *string
	DataType         *string
	LastModifiedDate *time.Time
	Name             *string
	Selector         *string
	SourceResult     *string
	Type             string
	Value            *string
	Version          int64
}

// ParameterMetadata is a parameter without its value.
type ParameterMetadata struct {
	ARN              *string
	AllowedPattern   *string
	DataType         *string
	Description      *string
	KeyId            *string
	LastModifiedDate *time.Time
	LastModifiedUser *string
	Name             *string
	Policies         []ParameterInlinePolicy
	Tier             string
	Type             string
	Version          int64
}

// ParameterInlinePolicy is an advanced parameter's policy; none is ever set here.
type ParameterInlinePolicy struct{ PolicyStatus, PolicyText, PolicyType *string }

// ParameterStringFilter filters parameters.
type ParameterStringFilter struct {
	Key    *string
	Option *string
	Values []string
}

// ParametersFilter is the older form of a filter.
type ParametersFilter struct {
	Key    string
	Values []string
}

// PutParameterInput is the input of PutParameter.
type PutParameterInput struct {
	Name, Value, AllowedPattern, DataType, Description, KeyId *string
	Overwrite                                                 *bool
	Policies                                                  *string
	Tags                                                      []Tag
	Tier, Type                                                string
}

// PutParameterOutput is the output of PutParameter.
type PutParameterOutput struct {
	Tier    string
	Version int64
}

// GetParameterInput is the input of GetParameter.
type GetParameterInput struct {
	Name           *string
	WithDecryption *bool
}

// GetParameterOutput is the output of GetParameter.
type GetParameterOutput struct{ Parameter *Parameter }

// GetParametersInput is the input of GetParameters.
type GetParametersInput struct {
	Names          []string
	WithDecryption *bool
}

// GetParametersOutput is the output of GetParameters.
type GetParametersOutput struct {
	InvalidParameters []string
	Parameters        []Parameter
}

// GetParametersByPathInput is the input of GetParametersByPath.
type GetParametersByPathInput struct {
	Path                      *string
	MaxResults                *int32
	NextToken                 *string
	ParameterFilters          []ParameterStringFilter
	Recursive, WithDecryption *bool
}

// GetParametersByPathOutput is the output of GetParametersByPath.
type GetParametersByPathOutput struct {
	NextToken  *string
	Parameters []Parameter
}

// DescribeParametersInput is the input of DescribeParameters.
type DescribeParametersInput struct {
	Filters          []ParametersFilter
	MaxResults       *int32
	NextToken        *string
	ParameterFilters []ParameterStringFilter
	Shared           *bool
}

// DescribeParametersOutput is the output of DescribeParameters.
type DescribeParametersOutput struct {
	NextToken  *string
	Parameters []ParameterMetadata
}

// DeleteParameterInput is the input of DeleteParameter.
type DeleteParameterInput struct{ Name *string }

// DeleteParameterOutput is the output of DeleteParameter.
type DeleteParameterOutput struct{}

// DeleteParametersInput is the input of DeleteParameters.
type DeleteParametersInput struct{ Names []string }

// DeleteParametersOutput is the output of DeleteParameters.
type DeleteParametersOutput struct{ DeletedParameters, InvalidParameters []string }

// AddTagsToResourceInput is the input of AddTagsToResource.
type AddTagsToResourceInput struct {
	ResourceId   *string
	ResourceType string
	Tags         []Tag
}

// AddTagsToResourceOutput is the output of AddTagsToResource.
type AddTagsToResourceOutput struct{}

// RemoveTagsFromResourceInput is the input of RemoveTagsFromResource.
type RemoveTagsFromResourceInput struct {
	ResourceId   *string
	ResourceType string
	TagKeys      []string
}

// RemoveTagsFromResourceOutput is the output of RemoveTagsFromResource.
type RemoveTagsFromResourceOutput struct{}

// ListTagsForResourceInput is the input of ListTagsForResource.
type ListTagsForResourceInput struct {
	ResourceId   *string
	ResourceType string
}

// ListTagsForResourceOutput is the output of ListTagsForResource.
type ListTagsForResourceOutput struct{ TagList []Tag }
