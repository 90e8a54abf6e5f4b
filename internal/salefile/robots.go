package salefile

import (
	"github.com/inturn/inturn/internal/sale"
)

// robots reads the group; a file without it does nothing beyond the limits.
func (r *reader) robots(top section) *sale.Robots {
	if !top.has("robots") {
		return nil
	}
	s := top.sub("robots", "proof_of_work", "work", "disposable", "allow", "deny", "networks")
	robots := &sale.Robots{
		ProofOfWork: s.yes("proof_of_work", false),
		Work:        sale.DefaultWork,
		Disposable:  sale.Disposable(s.textOr("disposable", string(sale.DisposableFlag))),
		Allow:       s.domains("allow"),
		Deny:        s.domains("deny"),
		Networks:    s.yes("networks", true),
	}
	if s.has("work") {
		robots.Work = s.integer("work")
	}
	return robots
}

func (s section) domains(key string) []string {
	var list []string
	for i, n := range s.list(key) {
		domain, _ := s.r.scalar(index(s.field(key), i), n)
		list = append(list, domain)
	}
	return list
}

// robots is the group as it is written.
type robots struct {
	ProofOfWork bool    `yaml:"proof_of_work"`
	Work        int     `yaml:"work"`
	Disposable  string  `yaml:"disposable"`
	Allow       []words `yaml:"allow,flow,omitempty"`
	Deny        []words `yaml:"deny,flow,omitempty"`
	Networks    bool    `yaml:"networks"`
}

func formatRobots(r *sale.Robots) *robots {
	if r == nil {
		return nil
	}
	f := &robots{ProofOfWork: r.ProofOfWork, Work: r.Work, Disposable: string(r.Disposable), Networks: r.Networks}
	for _, domain := range r.Allow {
		f.Allow = append(f.Allow, words(domain))
	}
	for _, domain := range r.Deny {
		f.Deny = append(f.Deny, words(domain))
	}
	return f
}
