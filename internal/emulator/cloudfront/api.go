package cloudfront

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

const (
	namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
	version   = "/2020-05-31/"
)

// Name is the service's in a signature.
func (s *Service) Name() string { return "cloudfront" }

// Operation names what a request asks for. Distributions are made by stacks only: the operations are those that look, and
// invalidations.
func (s *Service) Operation(r *http.Request) string {
	path, ok := strings.CutPrefix(r.URL.Path, version)
	if !ok {
		return ""
	}
	parts := strings.Split(path, "/")
	shape := parts[0]
	for i, p := range parts[1:] {
		if i%2 == 0 {
			p = "*"
		}
		shape += "/" + p
	}
	return map[string]string{
		"GET distribution": "ListDistributions", "GET distribution/*": "GetDistribution", "GET distribution/*/config": "GetDistributionConfig",
		"GET distribution/*/invalidation": "ListInvalidations", "POST distribution/*/invalidation": "CreateInvalidation", "GET distribution/*/invalidation/*": "GetInvalidation",
		"GET origin-access-control": "ListOriginAccessControls", "GET function": "ListFunctions", "GET tagging": "ListTagsForResource",
	}[r.Method+" "+shape]
}

func (s *Service) operations() map[string]func(*http.Request, []string) (any, error) {
	return map[string]func(*http.Request, []string) (any, error){
		"ListDistributions": s.listDistributions, "GetDistribution": s.getDistribution, "GetDistributionConfig": s.getConfig,
		"ListInvalidations": s.listInvalidations, "CreateInvalidation": s.createInvalidation, "GetInvalidation": s.getInvalidation,
		"ListOriginAccessControls": s.listAccess, "ListFunctions": s.listFunctions, "ListTagsForResource": s.listTags,
	}
}

// Has says whether an operation is served here.
func (s *Service) Has(operation string) bool { return s.operations()[operation] != nil }

// Serve answers a request. An error was answered too, and is returned for the record.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, operation, id string) error {
	run := s.operations()[operation]
	if run == nil {
		err := fail(http.StatusNotImplemented, "NotImplemented", "The operation is not available on this endpoint.")
		s.Refuse(w, r, id, err)
		return err
	}
	out, err := run(r, strings.Split(strings.TrimPrefix(r.URL.Path, version), "/"))
	if err != nil {
		var own *wire.Error
		if !errors.As(err, &own) {
			own = fail(http.StatusInternalServerError, "InternalError", "%v", err)
		}
		s.Refuse(w, r, id, own)
		return err
	}
	status := http.StatusOK
	if operation == "CreateInvalidation" {
		status = http.StatusCreated
	}
	w.Header().Set("x-amzn-RequestId", id)
	write(w, status, out)
	return nil
}

// Refuse answers with an error.
func (s *Service) Refuse(w http.ResponseWriter, _ *http.Request, id string, e *wire.Error) {
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	w.Header().Set("x-amzn-RequestId", id)
	write(w, status, struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		Xmlns   string   `xml:"xmlns,attr"`
		Error   struct{ Type, Code, Message string }
		ID      string `xml:"RequestId"`
	}{Xmlns: namespace, Error: struct{ Type, Code, Message string }{"Sender", e.Code, e.Message}, ID: id})
}

func write(w http.ResponseWriter, status int, v any) {
	data, err := xml.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if e, ok := v.(interface{ tag() string }); ok {
		w.Header().Set("ETag", e.tag())
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	w.Write(append([]byte(xml.Header), data...)) //nolint:errcheck // a client that went away is nobody's error
}

type invalidationXML struct {
	XMLName    xml.Name `xml:"Invalidation"`
	ID         string   `xml:"Id"`
	Status     string
	CreateTime time.Time
	Batch      invalidationBatch `xml:"InvalidationBatch"`
}

type invalidationBatch struct {
	Paths           items
	CallerReference string
}

// items is a list as CloudFront writes one.
type items struct {
	Quantity int
	Items    []string `xml:"Items>Path"`
}

// invalidationTime is how long an invalidation takes to reach every edge, by its status; the cache here forgets at once.
const invalidationTime = 5 * time.Second

func (s *Service) told(i *invalidation) invalidationXML {
	status := "InProgress"
	if s.deps.Clock.Since(i.Created) >= invalidationTime {
		status = "Completed"
	}
	return invalidationXML{ID: i.ID, Status: status, CreateTime: i.Created.UTC(), Batch: invalidationBatch{items{len(i.Paths), i.Paths}, i.Reference}}
}

// createInvalidation forgets paths. The same reference with the same paths is the same invalidation.
func (s *Service) createInvalidation(r *http.Request, at []string) (any, error) {
	var in invalidationBatch
	data, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return nil, err
	}
	if xml.Unmarshal(data, &in) != nil || len(in.Paths.Items) == 0 || in.Paths.Quantity != len(in.Paths.Items) {
		return nil, fail(http.StatusBadRequest, "InconsistentQuantities", "The value of Quantity and the size of Items don't match.")
	}
	for _, p := range in.Paths.Items {
		if !strings.HasPrefix(p, "/") || strings.Contains(strings.TrimSuffix(p, "*"), "*") {
			return nil, fail(http.StatusBadRequest, "InvalidArgument", "Your request contains one or more invalid invalidation paths.")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(at[1])
	if err != nil {
		return nil, err
	}
	for _, i := range d.Invalidations {
		if i.Reference == in.CallerReference {
			if !slices.Equal(i.Paths, in.Paths.Items) {
				return nil, fail(http.StatusBadRequest, "InvalidArgument", "Your request contains a caller reference that was used for a previous invalidation batch for the same distribution, but the content of the invalidation batch is different.")
			}
			return s.told(i), nil
		}
	}
	i := &invalidation{ID: ids.New("I", 13), Reference: in.CallerReference, Paths: in.Paths.Items, Created: s.deps.Clock.Now()}
	d.Invalidations = append(d.Invalidations, i)
	if n := len(d.Invalidations); n > 100 {
		d.Invalidations = d.Invalidations[n-100:]
	}
	s.fronts[d.ID].cache.invalidate(i.Paths)
	return s.told(i), nil
}

func (s *Service) getInvalidation(_ *http.Request, at []string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(at[1])
	if err != nil {
		return nil, err
	}
	for _, i := range d.Invalidations {
		if i.ID == at[3] {
			return s.told(i), nil
		}
	}
	return nil, fail(http.StatusNotFound, "NoSuchInvalidation", "The specified invalidation does not exist.")
}

func (s *Service) listInvalidations(_ *http.Request, at []string) (any, error) {
	type summary struct {
		ID         string `xml:"Id"`
		CreateTime time.Time
		Status     string
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(at[1])
	if err != nil {
		return nil, err
	}
	out := struct {
		XMLName     xml.Name `xml:"InvalidationList"`
		Marker      string
		MaxItems    int
		IsTruncated bool
		Quantity    int
		Items       []summary `xml:"Items>InvalidationSummary"`
	}{MaxItems: 100, Quantity: len(d.Invalidations)}
	for _, i := range slices.Backward(d.Invalidations) {
		t := s.told(i)
		out.Items = append(out.Items, summary{t.ID, t.CreateTime, t.Status})
	}
	return out, nil
}

func (s *Service) listTags(r *http.Request, _ []string) (any, error) {
	type tag struct{ Key, Value string }
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := r.URL.Query().Get("Resource")
	d, err := s.find(arn[strings.LastIndex(arn, "/")+1:])
	if err != nil {
		return nil, fail(http.StatusNotFound, "NoSuchResource", "The resource does not exist.")
	}
	out := struct {
		XMLName xml.Name `xml:"Tags"`
		Items   []tag    `xml:"Items>Tag"`
	}{}
	for _, k := range slices.Sorted(maps.Keys(d.Tags)) {
		out.Items = append(out.Items, tag{k, d.Tags[k]})
	}
	return out, nil
}
