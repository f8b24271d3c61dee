package ecs

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Objects reads objects of S3.
type Objects interface {
	// Open returns an object's content. The caller closes it.
	Open(ctx context.Context, bucket, key string) (io.ReadCloser, error)
}

// maxEnvFile bounds what is read of an environment file.
const maxEnvFile = 1 << 20

// environmentFiles reads the variables of a container that lie in S3, the later files over the earlier ones.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
func (s *Service) environmentFiles(ctx context.Context, files []types.EnvironmentFile) (map[string]string, error) {
	all := map[string]string{}
	for _, f := range files {
		arn := aws.ToString(f.Value)
		parts := strings.SplitN(arn, ":", 6)
		if len(parts) != 6 || s.Objects == nil {
			return nil, fmt.Errorf("file download command: non empty error stream: %s cannot be read", arn)
		}
		bucket, key, _ := strings.Cut(parts[5], "/")
		object, err := s.Objects.Open(ctx, bucket, key)
		if err != nil {
			return nil, fmt.Errorf("file download command: %s: %w", arn, err)
		}
		text, err := io.ReadAll(io.LimitReader(object, maxEnvFile))
		object.Close() //nolint:errcheck // it was only read
		if err != nil {
			return nil, err
		}
		maps.Copy(all, assignments(string(text)))
	}
	return all, nil
}

// assignments reads NAME=value lines; those without, and comments, say nothing.
func assignments(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		name, value, ok := strings.Cut(line, "=")
		if ok && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			out[strings.TrimSpace(name)] = value
		}
	}
	return out
}
