package manifest

import (
	"strings"

	"ferry.dev/ferry/internal/diag"
)

// validator checks what the table cannot say: rules between fields and the shapes that AWS asks for. It works on the
// resolved tree and stays silent about what was reported before.
type validator struct {
	*document
	copilot bool
}

// bad reports a mistake at a field.
func (v validator) bad(p path, hint, format string, args ...any) {
	if v.sure(p) {
		v.complain(diag.Error, p, hint, format, args...)
	}
}

// warn reports what works but is hardly meant.
func (v validator) warn(p path, hint, format string, args ...any) {
	if v.sure(p) {
		v.complain(diag.Warning, p, hint, format, args...)
	}
}

// badKey reports a mistake in a field's name, at the name.
func (v validator) badKey(p path, hint, format string, args ...any) {
	if v.sure(p) {
		v.report(diag.Error, v.key(p), v.written(p), hint, format, args...)
	}
}

// warnKey is the same for what works but is hardly meant.
func (v validator) warnKey(p path, hint, format string, args ...any) {
	if v.sure(p) {
		v.report(diag.Warning, v.key(p), v.written(p), hint, format, args...)
	}
}

// key is the place of a field's name.
func (v validator) key(p path) place {
	if line, col := v.root.find(p[:len(p)-1]).keyPlace(p[len(p)-1]); line > 0 {
		return place{line, col}
	}
	return v.locate(p)
}

// sure tells whether nothing on the way to the fields was reported, or is unknown in this reading.
func (v validator) sure(paths ...path) bool {
	for _, p := range paths {
		n := v.root
		for _, key := range p {
			n = n.child(key)
			if n != nil && (n.bad || n.open) {
				return false
			}
		}
	}
	return true
}

// has tells whether a field has a value, written or by default.
func (v validator) has(p path) bool { return !v.root.find(p).empty() }

// fromUser tells whether a field was written, in the base or in an override.
func (v validator) fromUser(p path) bool {
	n := v.root.find(p)
	return !n.empty() && n.origin != FromDefault
}

// name checks a name that becomes part of other names. Labels of the DNS have at most 63 characters.
func (v validator) name(p path, value, what string) {
	if value == "" {
		if v.has(p) {
			v.bad(p, "", "must not be empty")
		}
		return
	}
	if fault := nameFault(value, 63); fault != "" {
		v.bad(p, "for example "+what, "%q %s", value, fault)
	}
}

// arn checks that a value is the ARN of a service's resource.
func (v validator) arn(p path, value, service, resource string) {
	if value == "" {
		return
	}
	if !isARN(value, service) || !strings.HasPrefix(strings.SplitN(value, ":", 6)[5], resource) {
		v.bad(p, "it looks like arn:aws:"+service+":<region>:<account>:"+resource+"…", "%q is no ARN of %s", value, map[string]string{
			"acm": "an ACM certificate", "secretsmanager": "a Secrets Manager secret",
		}[service])
	}
}

func (d *document) validateWorkload(kind rune, w Workload, o Options) {
	v := validator{d, o.Copilot}
	v.name(at("name"), w.Name, "web")
	if w.Name != strings.ToLower(w.Name) {
		v.warn(at("name"), "write "+strings.ToLower(w.Name), "an image repository has no upper-case letters: %q becomes %q there", w.Name, strings.ToLower(w.Name))
	}
	if kind == kindStaticSite {
		v.site(w.Site)
		v.environmentNames()
		return
	}
	v.image(kind, w)
	v.containers(w)
	v.http(kind, w)
	v.nlb(w)
	v.size(w)
	v.scaling(kind, w)
	v.where(kind, w)
	v.deployment(w)
	v.tracing(w)
	v.network(w)
	v.job(w)
	v.logging(w)
	v.publish(w.Publish)
	v.subscribe(w)
	v.storage(w)
	v.role(at("task_role"), w.TaskRole)
	v.role(at("execution_role"), w.ExecutionRole)
	v.overrides(w)
	v.environmentNames()
	if kind == kindRequestDriven {
		v.requestDriven(w)
	}
}

func (v validator) environmentNames() {
	for _, e := range v.environments {
		if fault := nameFault(e.key, 63); fault != "" {
			v.report(diag.Error, place{e.line, e.col}, at("environments", e.key), "", "%q %s", e.key, fault)
		}
	}
}
