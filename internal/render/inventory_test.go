package render_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ferry.dev/ferry/internal/render"
)

// unsaid are the members of ECS's two inputs that no manifest leads to, each with the reason. What stands below such a
// member is meant too. Everything else has a golden case in which it is written.
func unsaid() map[string]string {
	const (
		later = "no field of the manifest leads there yet, but taskdef_overrides and overrides.yml do"
		old   = "AWS takes no new customers for it"
	)
	return map[string]string{
		"task.inferenceAccelerators":                                         old + ": Elastic Inference",
		"task.proxyConfiguration":                                            old + ": App Mesh; Service Connect is what came after it",
		"task.placementConstraints":                                          "said for the service, and for a job with each run: a revision is for whoever runs it",
		"task.containerDefinitions[].credentialSpecs":                        later,
		"task.containerDefinitions[].volumesFrom":                            later,
		"task.containerDefinitions[].resourceRequirements[].sharingStrategy": later,
		"task.volumes[].efsVolumeConfiguration.transitEncryptionPort":        later,

		"service.clientToken":                                                      "not the user's: package release sets it, so that a create that is sent again makes one service",
		"service.role":                                                             "for load balancers without the service-linked role, which every account has by now",
		"service.loadBalancers[].loadBalancerName":                                 old + ": Classic Load Balancers",
		"service.serviceRegistries[].containerName":                                "for SRV records: the services' names have A records, which tasks with addresses of their own need",
		"service.serviceRegistries[].containerPort":                                "for SRV records",
		"service.serviceRegistries[].port":                                         "for SRV records",
		"service.serviceConnectConfiguration.logConfiguration.secretOptions":       "the proxy's log goes to CloudWatch, which needs no secrets",
		"service.volumeConfigurations[].managedEBSVolume.tagSpecifications[].tags": "the service's tags are propagated to its volumes",
		"service.gatewayConnectors":                                                "the Service Gateway is an ingress of its own beside the environment's load balancers: " + later,
		"service.vpcLatticeConfigurations":                                         later,
	}
}

// TestTheManifestSaysAllThatECSTakes holds the golden documents against the SDK's types: a member that ECS gets with a new
// version of the SDK fails here until a manifest can say it, or the table above says why not.
func TestTheManifestSaysAllThatECSTakes(t *testing.T) {
	t.Parallel()
	all, written := map[string]bool{}, map[string]bool{}
	task, service := reflect.TypeFor[ecs.RegisterTaskDefinitionInput](), reflect.TypeFor[ecs.CreateServiceInput]()
	members(all, "task", task)
	members(all, "service", service)
	for _, c := range serviceCases(t) {
		doc, err := render.TaskDefinition(c.plan, c.release)
		if err != nil {
			t.Fatal(err)
		}
		mark(t, written, "task", task, doc)
		if c.plan.IsJob() {
			continue
		}
		if doc, err = render.ServiceDefinition(c.plan); err != nil {
			t.Fatal(err)
		}
		mark(t, written, "service", service, doc)
	}
	reasons := unsaid()
	for _, member := range slices.Sorted(maps.Keys(all)) {
		reason, covered := reasonFor(reasons, member)
		switch {
		case covered && written[member]:
			t.Errorf("%s is written, and the table says that it is not: %s", member, reason)
		case !covered && !written[member]:
			t.Errorf("%s is written by no golden case, and no reason says why", member)
		}
	}
	for member := range reasons {
		if !all[member] {
			t.Errorf("the table gives a reason for %s, which ECS does not have", member)
		}
	}
}

// reasonFor finds the reason of a member, or of what it stands in.
func reasonFor(reasons map[string]string, member string) (string, bool) {
	for of, reason := range reasons {
		if rest, ok := strings.CutPrefix(member, of); ok && (rest == "" || strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "[]")) {
			return reason, true
		}
	}
	return "", false
}

// members lists the members of a type by their paths: "service.loadBalancers[].containerName".
func members(into map[string]bool, path string, t reflect.Type) {
	t, path = element(t, path)
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			member := path + "." + strings.ToLower(f.Name[:1]) + f.Name[1:]
			into[member] = true
			members(into, member, f.Type)
		}
	}
}

// element takes the pointers and lists off a type.
func element(t reflect.Type, path string) (reflect.Type, string) {
	for {
		switch t.Kind() {
		case reflect.Pointer:
			t = t.Elem()
		case reflect.Slice:
			t, path = t.Elem(), path+"[]"
		default:
			return t, path
		}
	}
}

// mark notes the members that a document writes.
func mark(t *testing.T, into map[string]bool, path string, of reflect.Type, doc []byte) {
	t.Helper()
	var tree any
	if err := json.Unmarshal(doc, &tree); err != nil {
		t.Fatal(err)
	}
	markTree(into, path, of, tree)
}

func markTree(into map[string]bool, path string, of reflect.Type, tree any) {
	of, path = element(of, path)
	items, list := tree.([]any)
	if !list {
		items = []any{tree}
	}
	for _, item := range items {
		object, ok := item.(map[string]any)
		if !ok || of.Kind() != reflect.Struct {
			continue
		}
		for key, value := range object {
			f, found := of.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, key) })
			if found {
				member := path + "." + strings.ToLower(f.Name[:1]) + f.Name[1:]
				into[member] = true
				markTree(into, member, f.Type, value)
			}
		}
	}
}
