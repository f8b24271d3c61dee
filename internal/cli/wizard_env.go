package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

// askEnvironment: the flag; else in a workspace that has environments the only one; else the user chooses between the
// machine and AWS.
func (w *wizard) askEnvironment(ctx context.Context) error {
	if w.o.Env != "" {
		if err := validName(w.o.Env); err != nil {
			return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--env cannot be %q", w.o.Env), Err: err}
		}
		w.a.Env = w.o.Env
		return nil
	}
	if len(w.envs) == 1 {
		w.a.Env = w.envs[0]
		return nil
	}
	choices := []ui.Choice{{Label: localEnv, Detail: "on this machine; no AWS account, no Docker needed"}}
	if len(w.envs) == 0 {
		choices = append(choices, ui.Choice{Label: "test", Detail: "in your AWS account"})
	}
	for _, e := range w.envs {
		choices = append(choices, ui.Choice{Label: e})
	}
	choices = append(choices, ui.Choice{Label: "another name", Detail: "in your AWS account"})
	i, err := w.choose(ctx, ui.Question{Text: "Where shall it run?", Flag: "--env " + localEnv, Default: w.likelyEnvironment()}, choices)
	if err != nil {
		return err
	}
	if i < len(choices)-1 {
		w.a.Env = choices[i].Label
		return nil
	}
	w.a.Env, err = w.input(ctx, "", ui.Question{Text: "What is the environment called?", Flag: "--env", Validate: validName})
	return err
}

// likelyEnvironment is the default: local, unless the workspace has environments to choose from.
func (w *wizard) likelyEnvironment() string {
	if len(w.envs) > 0 {
		return ""
	}
	return localEnv
}

// findAccount pins a new environment to an account and a region: the flags, else what STS and the configuration say.
// Without credentials the manifest names none, and the account guard has nothing to compare until it does.
func (w *wizard) findAccount(ctx context.Context) error {
	if w.a.Env == localEnv || slices.Contains(w.envs, w.a.Env) {
		return nil
	}
	w.a.Account, w.a.Region = w.o.Account, w.o.Region
	if w.a.Account != "" && !regexp.MustCompile(`^\d{12}$`).MatchString(w.a.Account) {
		return &fault.Error{Code: fault.Usage, What: "--account cannot be " + w.a.Account, Hint: "an AWS account ID has 12 digits"}
	}
	if w.a.Account != "" && w.a.Region != "" {
		return nil
	}
	return ui.Spin(w.app.Streams, w.app.quietMode(), "Asking AWS who you are …", func() error {
		w.askSTS(ctx)
		return nil
	})
}

// stsPatience bounds the look-up: it must not hold up a user who has no network.
const stsPatience = 5 * time.Second

// askSTS fills in what it can. Nothing depends on the answer yet: the guard asks again before the first write.
func (w *wizard) askSTS(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stsPatience)
	defer cancel()
	cfg, err := awsconf.Load(ctx, awsconf.Options{Region: w.a.Region, Version: w.app.Version.Version})
	if err != nil {
		return
	}
	w.a.Region = cmp.Or(w.a.Region, cfg.Region)
	if w.a.Account != "" {
		return
	}
	if id, err := awsconf.Guard(ctx, cfg, "", ""); err == nil {
		w.a.Account = id.Account
	}
}

// nameLimit keeps the names that are made of app, environment and service within AWS's limits without shortening.
const nameLimit = 40

// validName is the rule for the names of applications, services and environments: they become parts of names in AWS that
// allow no more (target groups, repositories, DNS).
func validName(s string) error {
	switch {
	case s == "":
		return errors.New("a name is needed")
	case len(s) > nameLimit:
		return errors.New("a name has at most 40 characters")
	case strings.Contains(s, "--"):
		return errors.New("a name has no two hyphens in a row")
	case !regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`).MatchString(s):
		return errors.New("a name begins with a lower-case letter, goes on with those, digits and hyphens, and ends in a letter or digit")
	}
	return nil
}

// validService is the rule for services, whose names are directories beside those of the workspace itself.
func validService(s string) error {
	if s == "environments" || s == "pipelines" {
		return errors.New("ferry/" + s + "/ is not for services")
	}
	return validName(s)
}

func validImage(s string) error {
	if _, err := name.ParseReference(s); err != nil {
		return errors.New("an image reference looks like repository:tag or registry/repository@sha256:…")
	}
	return nil
}

// imageName is the last part of an image's repository: public.ecr.aws/nginx/nginx:1.27 → nginx.
func imageName(reference string) string {
	ref, err := name.ParseReference(reference)
	if err != nil {
		return ""
	}
	repository := ref.Context().RepositoryStr()
	return repository[strings.LastIndexByte(repository, '/')+1:]
}
