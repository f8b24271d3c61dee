package deploy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/fault"
)

const workerManifest = `name: worker
type: Worker Service
image: {location: "registry.example/worker:1"}
subscribe:
  topics: [{name: orders, service: api}]
  queue: {dead_letter: {tries: 3}}
`

// publishes makes api a publisher.
func (r *repo) publishes(topics string) {
	r.write("ferry/api/manifest.yml", apiManifest+"publish: {topics: ["+topics+"]}\n")
}

func (w *world) subscriptions(t *testing.T) []string {
	t.Helper()
	out, err := sns.NewFromConfig(w.Config).ListSubscriptions(t.Context(), &sns.ListSubscriptionsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range out.Subscriptions {
		topic, queue := *s.TopicArn, aws.ToString(s.Endpoint)
		all = append(all, topic[strings.LastIndexByte(topic, ':')+1:]+" → "+queue[strings.LastIndexByte(queue, ':')+1:])
	}
	return all
}

func TestAWorkerIsDeployedWithThePublisherOfItsTopicAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.publishes("{name: orders}")
	r.write("ferry/worker/manifest.yml", workerManifest)
	target := r.target(w.Config)
	result, err := deploy.Run(t.Context(), target, deploy.Request{Services: []string{"worker", "api"}}, new(recorded).sink)
	if err != nil {
		t.Fatalf("%v\n%+v", err, result)
	}
	if diff := cmp.Diff([]string{"shop-test-api-orders → shop-test-worker-events"}, w.subscriptions(t)); diff != "" {
		t.Error(diff)
	}
	again, err := deploy.Run(t.Context(), target, deploy.Request{Services: []string{"worker"}}, new(recorded).sink)
	if err != nil || again.Services[0].Outcome != deploy.OutcomeUnchanged {
		t.Errorf("deployed again: %v %+v", err, again)
	}
	gone, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Environment: true}, new(recorded).sink)
	if err != nil || len(gone.Left) > 0 || len(w.subscriptions(t)) > 0 {
		t.Errorf("%v, left: %v, %v", err, gone.Left, w.subscriptions(t))
	}
}

func TestAWorkerWhosePublisherIsNotThereIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.write("ferry/worker/manifest.yml", workerManifest)
	target := r.target(w.Config)
	run := func(services ...string) error {
		_, err := deploy.Run(t.Context(), target, deploy.Request{Services: services}, new(recorded).sink)
		return err
	}
	want := "worker subscribes to topic orders of api, which has never been deployed in environment test"
	if err := run("worker"); fault.ExitCode(err) != fault.Refused || !strings.Contains(err.Error(), want) || len(w.writes()) > 0 {
		t.Errorf("%v, written: %v", err, w.writes())
	}
	if err := run("api"); err != nil {
		t.Fatal(err)
	}
	r.publishes("{name: orders}")
	want = "worker subscribes to topic orders of api, which was deployed to environment test without it"
	if err := run("worker"); fault.ExitCode(err) != fault.Refused || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
	if err := run("worker", "api"); err != nil {
		t.Fatal(err)
	}
}

func TestAWorkerWhosePublisherFailsIsNotMade(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	if _, err := deploy.Run(t.Context(), r.target(w.Config), deploy.Request{Services: []string{"api"}}, new(recorded).sink); err != nil {
		t.Fatal(err)
	}
	r.publishes("{name: orders}")
	r.write("ferry/worker/manifest.yml", workerManifest)
	w.Server.Inject(emulator.Fault{Service: "cloudformation", Operation: "ExecuteChangeSet", Times: 1, Code: "AccessDenied", Status: 403, Message: "refused by the test"})
	result, err := deploy.Run(t.Context(), r.target(w.Config), deploy.Request{Services: []string{"api", "worker"}}, new(recorded).sink)
	if err == nil {
		t.Fatalf("%+v", result)
	}
	i := slices.IndexFunc(result.Services, func(s deploy.ServiceResult) bool { return s.Service == "worker" })
	if got := result.Services[i].Error; !strings.Contains(got, "topic orders of api, which it subscribes to, was not made") {
		t.Errorf("%q", got)
	}
}

func TestServicesThatWaitForEachOthersTopicsAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.write("ferry/a/manifest.yml", "name: a\ntype: Worker Service\nimage: {location: x}\npublish: {topics: [{name: ta}]}\nsubscribe:\n  topics:\n    - {name: tb, service: b}\n")
	r.write("ferry/b/manifest.yml", "name: b\ntype: Worker Service\nimage: {location: x}\npublish: {topics: [{name: tb}]}\nsubscribe:\n  topics:\n    - {name: ta, service: a}\n")
	_, err := deploy.Run(t.Context(), r.target(w.Config), deploy.Request{Services: []string{"a", "b"}}, new(recorded).sink)
	var invalid *deploy.Invalid
	if !errors.As(err, &invalid) || len(invalid.Diagnostics) != 1 || invalid.Diagnostics[0].Line != 7 || invalid.Diagnostics[0].Message != "the services wait for each other's topics: a → b → a" {
		t.Errorf("%v %+v", err, invalid.Diagnostics)
	}
}

func TestAWorkersQueuesAndTopicsAreShown(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.write("ferry/worker/manifest.yml", workerManifest+"publish: {topics: [{name: done, fifo: true}]}\n")
	got, _, err := deploy.Show(t.Context(), r.target(w.Config), "worker")
	if err != nil {
		t.Fatal(err)
	}
	want := []deploy.QueueUse{{Name: "shop-test-worker-events", DeadLetter: "shop-test-worker-events-dead-letter", Tries: 3, Topics: []string{"api:orders"}}}
	if diff := cmp.Diff(want, got.Queues); diff != "" || !slices.Equal(got.Topics, []string{"shop-test-worker-done.fifo"}) {
		t.Error(diff, got.Topics)
	}
}
