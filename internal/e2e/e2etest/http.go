package e2etest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client is every fan's browser. It follows no redirects: where an answer
// leads is part of it.
var client = &http.Client{
	Timeout:   30 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 128},
	CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	},
}

// Request is what a fan sends. JSON asks for a JSON answer; Key is an
// Idempotency-Key.
type Request struct {
	Method, URL string
	Form        url.Values
	JSON        bool
	Key         string
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Send sends a request. The error says that there was no answer.
func Send(ctx context.Context, r Request) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Form.Encode()))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Accept", "text/html")
	if r.JSON {
		req.Header.Set("Accept", "application/json")
	}
	if r.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.Key != "" {
		req.Header.Set("Idempotency-Key", r.Key)
	}
	answer, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: answer.StatusCode, Header: answer.Header, Body: string(body)}, nil
}

// Into reads the JSON of an answer with the status that it should have.
func (a Answer) Into(status int, v any) error {
	if a.Status != status {
		return fmt.Errorf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		return fmt.Errorf("read %q: %w", a.Body, err)
	}
	return nil
}

// Code is the code of an error that was answered as JSON.
func (a Answer) Code() string {
	var problem struct{ Code string }
	_ = json.Unmarshal([]byte(a.Body), &problem)
	return problem.Code
}

// must sends for a test that cannot go on without an answer.
func (s *Site) must(r Request) Answer {
	s.tb.Helper()
	a, err := Send(s.tb.Context(), r)
	if err != nil {
		s.tb.Fatalf("%s: %v", r.Method, err)
	}
	return a
}

// Page gets a page as a browser does.
func (s *Site) Page(url string) Answer {
	s.tb.Helper()
	return s.must(Request{Method: http.MethodGet, URL: url})
}

// Submit posts a form as a browser does.
func (s *Site) Submit(url string, form url.Values) Answer {
	s.tb.Helper()
	return s.must(Request{Method: http.MethodPost, URL: url, Form: form})
}

// Get gets JSON.
func (s *Site) Get(url string) Answer {
	s.tb.Helper()
	return s.must(Request{Method: http.MethodGet, URL: url, JSON: true})
}

// Post posts a form and wants JSON.
func (s *Site) Post(url string, form url.Values) Answer {
	s.tb.Helper()
	return s.must(Request{Method: http.MethodPost, URL: url, Form: form, JSON: true})
}

// Read gets JSON with status 200 into v.
func (s *Site) Read(url string, v any) {
	s.tb.Helper()
	if err := s.Get(url).Into(http.StatusOK, v); err != nil {
		s.tb.Fatalf("GET: %v", err)
	}
}
