package deploy_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
)

// instances lists the tasks that stand behind a service's name in Cloud Map.
func (w *world) instances(t *testing.T, service string) int {
	t.Helper()
	client := servicediscovery.NewFromConfig(w.Config)
	all, err := client.ListServices(t.Context(), &servicediscovery.ListServicesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all.Services {
		if *s.Name == service {
			list, err := client.ListInstances(t.Context(), &servicediscovery.ListInstancesInput{ServiceId: s.Id})
			if err != nil {
				t.Fatal(err)
			}
			return len(list.Instances)
		}
	}
	return -1
}

func TestTheTasksOfAServiceWithAPortAreFoundByItsName(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	target := r.target(w.Config)
	mustRun(t, target, only("web"))
	if n := w.instances(t, "web"); n != 2 {
		t.Errorf("%d tasks stand behind the name, want 2", n)
	}
	if _, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}}, event.Discard); err != nil {
		t.Fatal(err)
	}
	if n := w.instances(t, "web"); n != -1 {
		t.Errorf("the name is left behind, with %d tasks", n)
	}
}
