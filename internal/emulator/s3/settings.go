package s3

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// missing are the errors for settings that nobody has put. What is not here has a default.
func missing(setting string) error {
	code := map[string][2]string{
		"policy":            {"NoSuchBucketPolicy", "The bucket policy does not exist"},
		"publicAccessBlock": {"NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"},
		"ownershipControls": {"OwnershipControlsNotFoundError", "The bucket ownership controls were not found"},
		"lifecycle":         {"NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"},
		"cors":              {"NoSuchCORSConfiguration", "The CORS configuration does not exist"},
		"tagging":           {"NoSuchTagSet", "The TagSet does not exist"},
		"website":           {"NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"},
	}[setting]
	return fail(http.StatusNotFound, code[0], code[1])
}

// defaults are the documents of settings that every bucket has.
func defaults(setting string) string {
	return map[string]string{
		"versioning":   `<VersioningConfiguration xmlns="` + namespace + `"/>`,
		"logging":      `<BucketLoggingStatus xmlns="` + namespace + `"/>`,
		"notification": `<NotificationConfiguration xmlns="` + namespace + `"/>`,
		"encryption": `<ServerSideEncryptionConfiguration xmlns="` + namespace + `"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>` +
			`</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`,
	}[setting]
}

// roots are the root elements of the documents.
func roots(setting string) string {
	return map[string]string{
		"encryption": "ServerSideEncryptionConfiguration", "publicAccessBlock": "PublicAccessBlockConfiguration", "ownershipControls": "OwnershipControls",
		"lifecycle": "LifecycleConfiguration", "cors": "CORSConfiguration", "tagging": "Tagging", "versioning": "VersioningConfiguration",
		"website": "WebsiteConfiguration", "logging": "BucketLoggingStatus", "notification": "NotificationConfiguration",
	}[setting]
}

func (s *Service) getSetting(c call, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.findLocked(c.bucket)
	if err != nil {
		return err
	}
	text := b.Settings[name]
	if name == "tagging" && len(b.Tags) > 0 {
		text = tagging(b.Tags)
	}
	if text == "" {
		if text = defaults(name); text == "" {
			return missing(name)
		}
	}
	c.w.Header().Set("Content-Type", "application/xml")
	if name == "policy" {
		c.w.Header().Set("Content-Type", "application/json")
	}
	io.WriteString(c.w, text) //nolint:errcheck // a client that went away is nobody's error
	return nil
}

func tagging(tags map[string]string) string {
	out := struct {
		XMLName xml.Name `xml:"Tagging"`
		Xmlns   string   `xml:"xmlns,attr"`
		TagSet  struct{ Tag []tag }
	}{Xmlns: namespace}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out.TagSet.Tag = append(out.TagSet.Tag, tag{k, tags[k]})
	}
	data, _ := xml.Marshal(out) //nolint:errcheck // texts are always written
	return string(data)
}

func (s *Service) putSetting(c call, name string) error {
	data, err := s.body(c.r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(data, 1<<20))
	if err != nil {
		return err
	}
	if err := s.PutSetting(c.bucket, name, string(text)); err != nil {
		return err
	}
	status := http.StatusOK
	if name == "policy" {
		status = http.StatusNoContent
	}
	c.w.WriteHeader(status)
	return nil
}

// PutSetting puts the document of a sub-resource: "policy" as JSON, the others as S3's XML. "" takes it away.
func (s *Service) PutSetting(name, setting, text string) error {
	if text != "" {
		if err := checked(setting, text); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.findLocked(name)
	if err != nil {
		return err
	}
	switch setting {
	case "tagging":
		var in struct {
			Tags []tag `xml:"TagSet>Tag"`
		}
		if err := document(strings.NewReader(text), &in); err != nil {
			return err
		}
		b.Tags = pairs(in.Tags)
		return nil
	case "versioning":
		var in struct{ Status string }
		if err := document(strings.NewReader(text), &in); err != nil {
			return err
		}
		if in.Status != "Enabled" && in.Status != "Suspended" {
			return malformedXML()
		}
		b.Versions = in.Status
	}
	if text == "" {
		delete(b.Settings, setting)
		return nil
	}
	b.Settings[setting] = text
	return nil
}

// checked refuses a document that is none.
func checked(setting, text string) error {
	if setting == "policy" {
		var doc struct{ Statement any }
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			return fail(http.StatusBadRequest, "MalformedPolicy", "This policy contains invalid Json")
		}
		if doc.Statement == nil {
			return fail(http.StatusBadRequest, "MalformedPolicy", "Missing required field Statement")
		}
		return nil
	}
	var doc struct{ XMLName xml.Name }
	if err := xml.Unmarshal([]byte(text), &doc); err != nil || doc.XMLName.Local != roots(setting) {
		return malformedXML()
	}
	return nil
}

func (s *Service) deleteSetting(c call, name string) error {
	if err := s.PutSetting(c.bucket, name, ""); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// Tag replaces a bucket's tags.
func (s *Service) Tag(name string, tags map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.findLocked(name)
	if err == nil {
		b.Tags = maps.Clone(tags)
	}
	return err
}
