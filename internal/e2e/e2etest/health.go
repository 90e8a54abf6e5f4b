package e2etest

import "net/http"

// Health is what /readyz answers.
type Health struct {
	Status string
	Checks []struct {
		Name, Error  string
		OK, Critical bool
	}
}

// Ill are the parts that are not well, with what is said about them.
func (h Health) Ill() map[string]string {
	ill := map[string]string{}
	for _, c := range h.Checks {
		if !c.OK {
			ill[c.Name] = c.Error
		}
	}
	return ill
}

// HealthOf asks a listener, by its URL, and wants it to be able to serve.
func (s *Site) HealthOf(url string) Health {
	s.tb.Helper()
	var h Health
	if err := s.Get(url+"/readyz").Into(http.StatusOK, &h); err != nil {
		s.tb.Fatalf("readyz: %v", err)
	}
	return h
}

// AwaitIll waits until exactly one part of a listener is not well; none when
// part is "".
func (s *Site) AwaitIll(url, part string) {
	s.tb.Helper()
	what, want := "all is well", "ready"
	if part != "" {
		what, want = part+" is ill, and nothing else", "degraded"
	}
	Until(s.tb, what, func() bool {
		h := s.HealthOf(url)
		ill := h.Ill()
		_, is := ill[part]
		return h.Status == want && (part == "" && len(ill) == 0 || is && len(ill) == 1 && ill[part] != "")
	})
}
