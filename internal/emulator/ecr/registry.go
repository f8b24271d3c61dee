package ecr

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// maxManifest is the size that ECR accepts for a manifest.
const maxManifest = 4 << 20

// attach gives a repository its blob protocol.
func (s *Service) attach(r *repository) {
	r.uploads = registry.New(registry.WithBlobHandler(repoBlobs{s, r}), registry.Logger(log.New(io.Discard, "", 0)))
}

// refusal is an error of the registry protocol.
type refusal struct {
	status  int
	code    string
	message string
}

func (e *refusal) write(w http.ResponseWriter) {
	type entry struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(e.status)
	body, err := json.Marshal(map[string][]entry{"errors": {{e.code, e.message}}})
	if err == nil {
		_, _ = w.Write(body) // a client that has gone needs no answer
	}
}

// serve authenticates, finds the repository and hands the request to manifests, tags or the blob protocol.
func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	if refused := s.authenticate(r); refused != nil {
		if refused.status == http.StatusUnauthorized {
			w.Header().Set("Www-Authenticate", fmt.Sprintf(`Basic realm="http://%s/",service="ecr.amazonaws.com"`, s.deps.Host()))
		}
		refused.write(w)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v2")
	if path == "" || path == "/" {
		w.WriteHeader(http.StatusOK)
		return
	}
	if refused := s.route(w, r, strings.TrimPrefix(path, "/")); refused != nil {
		refused.write(w)
	}
}

func (s *Service) route(w http.ResponseWriter, r *http.Request, path string) *refusal {
	name, rest, ok := split(path)
	if !ok {
		return &refusal{http.StatusNotFound, "UNSUPPORTED", "The operation is unsupported."}
	}
	s.mu.Lock()
	repo := s.repoLocked(name)
	s.mu.Unlock()
	if repo == nil {
		return &refusal{http.StatusNotFound, "NAME_UNKNOWN", fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", name, s.deps.Scope.Account)}
	}
	switch kind, reference, _ := strings.Cut(rest, "/"); kind {
	case "manifests":
		return s.manifest(w, r, repo, reference)
	case "tags":
		return s.listTags(w, r, repo)
	default:
		if r.Method == http.MethodPost { // mounting from another repository is refused by asking for the upload
			q := r.URL.Query()
			q.Del("mount")
			q.Del("from")
			r.URL.RawQuery = q.Encode()
		}
		repo.uploads.ServeHTTP(w, r)
		return nil
	}
}

// split cuts "<name>/manifests/<reference>", "<name>/blobs/…" and "<name>/tags/list"; a name may have slashes.
func split(path string) (name, rest string, ok bool) {
	at := 0
	for _, kind := range []string{"/manifests/", "/blobs/", "/tags/"} {
		at = max(at, strings.LastIndex(path, kind))
	}
	if at == 0 {
		return "", "", false
	}
	return path[:at], path[at+1:], true
}

func (s *Service) manifest(w http.ResponseWriter, r *http.Request, repo *repository, reference string) *refusal {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return s.getManifest(w, r, repo, reference)
	case http.MethodPut:
		return s.putManifest(w, r, repo, reference)
	}
	return &refusal{http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported."} // ECR deletes over its API only
}

func (s *Service) getManifest(w http.ResponseWriter, r *http.Request, repo *repository, reference string) *refusal {
	s.mu.Lock()
	im := repo.find(reference)
	if im != nil && r.Method == http.MethodGet {
		now := s.deps.Clock.Now()
		im.Pulled = &now
	}
	s.mu.Unlock()
	if im == nil {
		return &refusal{http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found"}
	}
	h := w.Header()
	h.Set("Content-Type", im.MediaType)
	h.Set("Content-Length", strconv.Itoa(len(im.Manifest)))
	h.Set("Docker-Content-Digest", im.Digest)
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(im.Manifest) // a client that has gone needs no answer
	}
	return nil
}

func (s *Service) putManifest(w http.ResponseWriter, r *http.Request, repo *repository, reference string) *refusal {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxManifest+1))
	if err != nil || len(body) > maxManifest {
		return &refusal{http.StatusBadRequest, "MANIFEST_INVALID", "The manifest could not be read or is too large"}
	}
	tag := reference
	if strings.Contains(reference, ":") {
		tag = ""
		if h, _, err := v1.SHA256(strings.NewReader(string(body))); err != nil || h.String() != reference {
			return &refusal{http.StatusBadRequest, "DIGEST_INVALID", "Provided digest did not match uploaded content."}
		}
	}
	im, err := s.keep(repo, body, r.Header.Get("Content-Type"), tag)
	if err != nil {
		return asRefusal(err)
	}
	w.Header().Set("Location", "/v2/"+*repo.RepositoryName+"/manifests/"+im.Digest)
	w.Header().Set("Docker-Content-Digest", im.Digest)
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (s *Service) listTags(w http.ResponseWriter, r *http.Request, repo *repository) *refusal {
	if r.Method != http.MethodGet {
		return &refusal{http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported."}
	}
	s.mu.Lock()
	tags := []string{}
	for _, im := range repo.Images {
		tags = append(tags, im.Tags...)
	}
	s.mu.Unlock()
	slices.Sort(tags)
	if last := r.URL.Query().Get("last"); last != "" {
		tags = slices.DeleteFunc(tags, func(t string) bool { return t <= last })
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("n")); err == nil && n >= 0 && n < len(tags) {
		tags = tags[:n]
		if n > 0 {
			w.Header().Set("Link", fmt.Sprintf(`</v2/%s/tags/list?n=%d&last=%s>; rel="next"`, *repo.RepositoryName, n, tags[n-1]))
		}
	}
	body, err := json.Marshal(map[string]any{"name": *repo.RepositoryName, "tags": tags})
	if err != nil {
		return &refusal{http.StatusInternalServerError, "UNKNOWN", err.Error()}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // a client that has gone needs no answer
	return nil
}
