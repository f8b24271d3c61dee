package ecs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/ssm"
)

// prepare fetches what the task's containers need before any of them may start: images, secrets, log streams.
// Its errors are stopped reasons in ECS's words.
func (s *Service) prepare(t *task) ([]*box, error) {
	s.change(t, func() { t.Task.PullStartedAt = s.now() })
	var boxes []*box
	for _, def := range t.Definition.ContainerDefinitions {
		b := &box{service: s, task: t, def: override(def, t.Task.Overrides), done: make(chan struct{})}
		if err := s.prepareBox(t, b); err != nil {
			s.change(t, func() { t.container(b.name()).Reason = aws.String(err.Error()) })
			return nil, err
		}
		boxes = append(boxes, b)
	}
	s.change(t, func() { t.Task.PullStoppedAt = s.now() })
	return boxes, nil
}

func (s *Service) prepareBox(t *task, b *box) error {
	secrets, err := s.secrets(t.ctx, b.def.Secrets)
	if err != nil {
		return fmt.Errorf("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: %w", err)
	}
	if len(b.def.EnvironmentFiles) > 0 {
		if b.variables, err = s.environmentFiles(t.ctx, b.def.EnvironmentFiles); err != nil {
			return fmt.Errorf("ResourceInitializationError: failed to download env files: %w", err)
		}
	}
	if b.def.FirelensConfiguration != nil {
		return s.prepareRouter(t, b)
	}
	image, digest, err := s.image(t.ctx, aws.ToString(b.def.Image))
	if err != nil {
		return fmt.Errorf("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref %s: %w", aws.ToString(b.def.Image), err)
	}
	out, err := s.logWriter(t, b.def)
	if err != nil {
		return err
	}
	b.out, b.secrets = out, secrets
	s.change(t, func() {
		if digest != "" {
			t.container(b.name()).ImageDigest = aws.String(digest)
		}
	})
	b.spec = runtime.ContainerSpec{
		Name: b.name(), Image: image, ImageRef: aws.ToString(b.def.Image), Entrypoint: b.def.EntryPoint, Command: b.def.Command,
		WorkingDir: aws.ToString(b.def.WorkingDirectory), User: aws.ToString(b.def.User),
		Ports: ports(b.def), MemoryMiB: s.memoryLimit(t, b.def), ReadOnly: aws.ToBool(b.def.ReadonlyRootFilesystem), Output: out,
		Mounts: mounts(t.Definition, b.def), Ulimits: ulimits(b.def), Kernel: kernel(b.def),
	}
	return nil
}

func ulimits(def types.ContainerDefinition) []runtime.Ulimit {
	var out []runtime.Ulimit
	for _, u := range def.Ulimits {
		out = append(out, runtime.Ulimit{Name: string(u.Name), Soft: int64(u.SoftLimit), Hard: int64(u.HardLimit)})
	}
	return out
}

// kernel is what a container definition asks of the kernel, as far as a runtime here can do it.
func kernel(def types.ContainerDefinition) runtime.Kernel {
	k := runtime.Kernel{TTY: aws.ToBool(def.PseudoTerminal), Stdin: aws.ToBool(def.Interactive)}
	l := def.LinuxParameters
	if l == nil {
		return k
	}
	k.Init, k.SharedMiB = aws.ToBool(l.InitProcessEnabled), int(aws.ToInt32(l.SharedMemorySize))
	if l.Capabilities != nil {
		k.Add, k.Drop = l.Capabilities.Add, l.Capabilities.Drop
	}
	for _, f := range l.Tmpfs {
		k.Tmpfs = append(k.Tmpfs, runtime.Tmpfs{Path: aws.ToString(f.ContainerPath), MiB: int(f.Size), Options: f.MountOptions})
	}
	return k
}

// memoryLimit is where a container is killed: its own limit, else its task's.
func (s *Service) memoryLimit(t *task, def types.ContainerDefinition) int {
	if def.Memory != nil {
		return int(*def.Memory)
	}
	n, _ := units(aws.ToString(t.Definition.Memory), "gb")
	return n
}

// container finds what the API answers of a container. The caller holds the lock.
func (t *task) container(name string) *types.Container {
	i := slices.IndexFunc(t.Task.Containers, func(c types.Container) bool { return aws.ToString(c.Name) == name })
	return &t.Task.Containers[i]
}

// override puts a task's overrides over a container's definition.
func override(def types.ContainerDefinition, o *types.TaskOverride) types.ContainerDefinition {
	if o == nil {
		return def
	}
	for _, c := range o.ContainerOverrides {
		if aws.ToString(c.Name) != aws.ToString(def.Name) {
			continue
		}
		if c.Command != nil {
			def.Command = c.Command
		}
		if c.Memory != nil {
			def.Memory = c.Memory
		}
		def.Environment = append(slices.Clone(def.Environment), c.Environment...)
	}
	return def
}

// environment lists a container's variables: what ECS and this endpoint set, then the definition's, then secrets.
// A definition can say otherwise than the endpoint.
func (s *Service) environment(t *task, b *box) []string {
	env := map[string]string{
		"AWS_REGION": s.Scope.Region, "AWS_DEFAULT_REGION": s.Scope.Region, "AWS_EXECUTION_ENV": executionEnv(t),
	}
	if s.Endpoint != nil {
		env["AWS_ENDPOINT_URL"] = "http://" + t.run.HostAddress(s.endpointHost())
		env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	}
	maps.Copy(env, b.variables)
	for _, kv := range b.def.Environment {
		env[aws.ToString(kv.Name)] = aws.ToString(kv.Value)
	}
	for name, value := range b.secrets {
		env[name] = value
	}
	var out []string
	for name, value := range env {
		out = append(out, name+"="+value)
	}
	slices.Sort(out)
	return out
}

// secrets reads the values of a container's secrets.
func (s *Service) secrets(ctx context.Context, list []types.Secret) (map[string]string, error) {
	out := map[string]string{}
	for _, secret := range list {
		value, err := s.secret(ctx, aws.ToString(secret.ValueFrom))
		if err != nil {
			return nil, err
		}
		out[aws.ToString(secret.Name)] = value
	}
	return out, nil
}

// secret reads a parameter, by name or ARN, or a secret, by ARN with optional JSON key, version stage and version:
// arn:aws:secretsmanager:region:account:secret:name-suffix:json-key:version-stage:version-id.
func (s *Service) secret(ctx context.Context, from string) (string, error) {
	if !strings.HasPrefix(from, "arn:aws:secretsmanager:") {
		if s.SSM == nil {
			return "", fmt.Errorf("unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: %s", from)
		}
		out, err := s.SSM.GetParameter(ctx, &ssm.GetParameterInput{Name: &from, WithDecryption: aws.Bool(true)})
		if err != nil {
			return "", fmt.Errorf("unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: %s: %w", from, err)
		}
		return aws.ToString(out.Parameter.Value), nil
	}
	fields := strings.Split(from, ":")
	for len(fields) < 10 {
		fields = append(fields, "")
	}
	in := &secretsmanager.GetSecretValueInput{SecretId: aws.String(strings.Join(fields[:7], ":"))}
	if fields[8] != "" {
		in.VersionStage = aws.String(fields[8])
	}
	if fields[9] != "" {
		in.VersionId = aws.String(fields[9])
	}
	if s.Secrets == nil {
		return "", fmt.Errorf("unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret %s from secrets manager", *in.SecretId)
	}
	out, err := s.Secrets.GetSecretValue(ctx, in)
	if err != nil {
		return "", fmt.Errorf("unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret %s from secrets manager: %w", *in.SecretId, err)
	}
	return jsonKey(aws.ToString(out.SecretString), fields[7], *in.SecretId)
}

// jsonKey takes one value out of a secret that is a JSON object; no key means the whole secret.
func jsonKey(secret, name, id string) (string, error) {
	if name == "" {
		return secret, nil
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(secret), &all); err != nil {
		return "", fmt.Errorf("unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json: %s", id)
	}
	value, ok := all[name]
	if !ok {
		return "", fmt.Errorf("unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key %s", name)
	}
	if text, isText := value.(string); isText {
		return text, nil
	}
	data, err := json.Marshal(value)
	return string(data), err
}

// executionEnv is what AWS_EXECUTION_ENV says of where a task runs.
func executionEnv(t *task) string {
	switch t.Task.LaunchType {
	case types.LaunchTypeEc2:
		return "AWS_ECS_EC2"
	case types.LaunchTypeManagedInstances:
		return "AWS_ECS_MANAGED_INSTANCES"
	}
	return "AWS_ECS_FARGATE"
}
