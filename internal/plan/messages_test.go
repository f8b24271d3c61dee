package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// workload reads a manifest.
func workload(t *testing.T, src string) manifest.Workload {
	t.Helper()
	w, list := manifest.ParseWorkload("x/manifest.yml", []byte(src), manifest.Options{App: "demo", Env: "test"})
	if list.HasErrors() {
		t.Fatal(list)
	}
	return w
}

func planned(t *testing.T, sources ...string) []plan.Service {
	t.Helper()
	var all []plan.Service
	for _, src := range sources {
		all = append(all, plan.NewService(app(), env(), workload(t, src), nil))
	}
	return all
}

// publisher is a manifest with topics.
func publisher(name, topics string) string {
	return "{name: " + name + ", type: Backend Service, image: {location: x}, publish: {topics: " + topics + "}}"
}

func worker(name, subscribe string) string {
	return "{name: " + name + ", type: Worker Service, image: {location: x}, subscribe: " + subscribe + "}"
}

func TestTopicsAndQueuesHaveCopilotsNamesAndKeys(t *testing.T) {
	t.Parallel()
	s := planned(t, worker("analyzer", "{topics: [{name: orders_new, service: api, queue: {fifo: true, dead_letter: {tries: 2}}}, {name: plain, service: api}], queue: {timeout: 90s}}"))[0]
	account := "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:"
	want := []plan.Queue{
		{ID: "EventsQueue", Name: "demo-test-analyzer-events", DeadLetterID: "DeadLetterQueue", DeadLetterName: "demo-test-analyzer-events-dead-letter",
			Retention: 345600, Timeout: 90, DeadLetterRetention: 1209600, Topics: []string{account + "demo-test-api-plain"}},
		{ID: "apiOrdersnewfifoEventsQueue", Key: "apiOrdersnewfifoEventsQueue", Name: "demo-test-analyzer-api_orders_new.fifo",
			DeadLetterID: "apiOrdersnewfifoDeadLetterQueue", DeadLetterName: "demo-test-analyzer-api_orders_new-dead-letter.fifo", FIFO: true, Tries: 2,
			Retention: 345600, Timeout: 30, DeadLetterRetention: 1209600, Topics: []string{account + "demo-test-api-orders_new.fifo"}},
	}
	if diff := cmp.Diff(want, s.Queues()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"api"}, s.Publishers()); diff != "" {
		t.Error(diff)
	}
}

func TestContainersAreToldTheirTopicsAndQueues(t *testing.T) {
	t.Parallel()
	s := planned(t, `{name: a, type: Worker Service, image: {location: x}, publish: {topics: [{name: one}, {name: two, fifo: true}]},
  subscribe: {topics: [{name: orders, service: api, queue: true}]}}`)[0]
	got := map[string]string{}
	for _, name := range []string{"SNS_TOPIC_ARNS", "QUEUE_URI", "TOPIC_QUEUE_URIS"} {
		got[name] = s.Variables()["FERRY_"+name]
	}
	stack := "\x00{demo-test-a."
	arn := s.TopicARN(plan.Subscription{Topic: "demo-test-a-"})
	want := map[string]string{
		"SNS_TOPIC_ARNS":   `{"one":"` + arn + `one","two.fifo":"` + arn + `two.fifo"}`,
		"QUEUE_URI":        stack + "EventsQueueUrl}",
		"TOPIC_QUEUE_URIS": `{"apiOrdersEventsQueue":"` + stack + `apiOrdersEventsQueueUrl}"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWorkersAndPublishersSayAboutEachOtherIsChecked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		services []string
		want     []string
	}{
		"a topic that is published": {[]string{publisher("api", "[{name: orders}]"), worker("w", "{topics: [{name: orders, service: api}]}")}, nil},
		"a topic that is not published": {
			[]string{publisher("api", "[{name: refunds}]"), worker("w", "{topics: [{name: x, service: api, queue: true}, {name: orders, service: api}]}")},
			[]string{
				`w/manifest.yml subscribe.topics[0].name: service "api" publishes no topic "x"`,
				`w/manifest.yml subscribe.topics[1].name: service "api" publishes no topic "orders"`,
			},
		},
		"a FIFO topic for a standard queue": {
			[]string{publisher("api", "[{name: orders, fifo: true}]"), worker("w", "{topics: [{name: orders, service: api}]}")},
			[]string{`w/manifest.yml subscribe.topics[0].name: topic "orders" of api is a FIFO topic, and the queue is none`},
		},
		"a standard topic for a FIFO queue": {
			[]string{publisher("api", "[{name: orders}]"), worker("w", "{queue: {fifo: true}, topics: [{name: orders, service: api}]}")},
			[]string{`w/manifest.yml subscribe.topics[0].name: the queue is a FIFO queue, and topic "orders" of api is no FIFO topic`},
		},
		"a topic of its own": {
			[]string{`{name: w, type: Worker Service, image: {location: x}, publish: {topics: [{name: again}]}, subscribe: {topics: [{name: again, service: w}]}}`}, nil,
		},
		"services that wait for each other": {
			[]string{
				`{name: a, type: Worker Service, image: {location: x}, publish: {topics: [{name: ta}]}, subscribe: {topics: [{name: tc, service: c}]}}`,
				`{name: b, type: Worker Service, image: {location: x}, publish: {topics: [{name: tb}]}, subscribe: {topics: [{name: ta, service: a}]}}`,
				`{name: c, type: Worker Service, image: {location: x}, publish: {topics: [{name: tc}]}, subscribe: {topics: [{name: tb, service: b}]}}`,
			},
			[]string{`a/manifest.yml subscribe.topics[0].service: the services wait for each other's topics: a → c → b → a`},
		},
		"queues of one name": {
			[]string{worker("w", "{topics: [{name: x, service: api, queue: {dead_letter: {tries: 1}}}, {name: x-dead-letter, service: api, queue: true}]}")},
			[]string{`w/manifest.yml subscribe.topics: two queues would have the name "demo-test-w-api_x-dead-letter"`},
		},
		"a publisher that is somewhere else": {[]string{worker("w", "{topics: [{name: orders, service: api}]}")}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range plan.Check(plan.NewEnvironment(app(), env(), plan.Needs{}), planned(t, tt.services...)) {
				got = append(got, d.File+" "+d.Path+": "+d.Message)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAPublisherThatTheWorkspaceDoesNotHaveIsAWarning(t *testing.T) {
	t.Parallel()
	services := planned(t, worker("w", "{topics: [{name: orders, service: api}, {name: x, service: known}]}"))
	list := plan.CheckPublishers(services, []string{"known", "w"})
	if len(list) != 1 || list.HasErrors() || list[0].Path != "subscribe.topics[0].service" {
		t.Error(list)
	}
}

func TestNamesOfQueuesFit(t *testing.T) {
	t.Parallel()
	long := "a-service-whose-name-is-about-as-long-as-the-dns-would-allow-it"
	w := workload(t, worker("w", "{queue: {fifo: true, timeout: 1s, dead_letter: {tries: 1}}}"))
	w.Name, w.Subscribe.Queue.Retention = long, time.Minute
	for _, q := range plan.NewService(app(), env(), w, nil).Queues() {
		for _, name := range []string{q.Name, q.DeadLetterName} {
			if len(name) > 80 || name[len(name)-5:] != ".fifo" {
				t.Errorf("%s has %d characters", name, len(name))
			}
		}
	}
}
