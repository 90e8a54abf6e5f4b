package e2etest

import (
	"fmt"
	"net/http"
)

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

// AwaitIll waits until exactly these parts of a listener are not well, and
// each says why; none when none is named.
func (s *Site) AwaitIll(url string, parts ...string) {
	s.tb.Helper()
	want := "degraded"
	if len(parts) == 0 {
		want = "ready"
	}
	Until(s.tb, fmt.Sprintf("exactly %q are ill", parts), func() bool {
		h := s.HealthOf(url)
		ill := h.Ill()
		for _, part := range parts {
			if ill[part] == "" {
				return false
			}
		}
		return h.Status == want && len(ill) == len(parts)
	})
}
