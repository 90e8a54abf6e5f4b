package metrics

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/inturn/inturn/internal/sale"
)

// Metrics holds one process's series.
type Metrics struct {
	registry *prometheus.Registry

	signUps   *prometheus.CounterVec
	beats     *prometheus.HistogramVec
	mails     *prometheus.CounterVec
	bounces   *prometheus.CounterVec
	bounced   *prometheus.GaugeVec
	numbers   *prometheus.GaugeVec
	offers    *prometheus.GaugeVec
	units     *prometheus.GaugeVec
	requests  *prometheus.HistogramVec
	groups    *prometheus.HistogramVec
	parts     *prometheus.GaugeVec
	buildInfo *prometheus.GaugeVec
}

// New makes the series and registers them, with those of the Go runtime and
// the process.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		signUps: counter("inturn_sign_ups_total",
			"Sign-ups answered, by the class given (empty when none) and the result (ok, or an error code).", "class", "result"),
		beats: histogram("inturn_beat_seconds",
			"How long one beat of the dispatcher took, by result (ok or failed).",
			prometheus.ExponentialBuckets(0.001, 4, 9), "result"),
		mails: counter("inturn_mails_total",
			"Mails handed over, by kind and result (accepted, refused, temporary, unknown, fault).", "kind", "result"),
		bounces: counter("inturn_bounces_total",
			"Mails that came to this process's bounce listener, by verdict (closing, kept, late, noted, again, unknown, ignored, refused, failed).", "verdict"),
		bounced: gauge("inturn_mails_bounced", "Hand-overs that came back later, by sale and kind of mail.", "sale", "kind"),
		numbers: gauge("inturn_registrations", "Numbers given, by sale and class.", "sale", "class"),
		offers:  gauge("inturn_offers", "Offers on the line, by sale and state.", "sale", "state"),
		units:   gauge("inturn_units", "Tickets at the box office, by sale, pool and account.", "sale", "pool", "account"),
		requests: histogram("inturn_http_request_seconds",
			"How long answers took, by listener, route pattern and status.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}, "listener", "route", "status"),
		groups: histogram("inturn_group_commit_items",
			"Items that shared one transaction, by what was committed.",
			prometheus.ExponentialBuckets(1, 2, 9), "what"),
		parts:     gauge("inturn_part_ok", "Whether a part that readiness asks about answers: 1 or 0.", "listener", "part"),
		buildInfo: gauge("inturn_build_info", "Always 1; the label says which version runs.", "version"),
	}
	m.registry.MustRegister(m.signUps, m.beats, m.mails, m.bounces, m.bounced, m.numbers, m.offers, m.units, m.requests, m.groups, m.parts, m.buildInfo,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.buildInfo.WithLabelValues(version).Set(1)
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// SignUp counts one answered sign-up; err is what it was refused with.
func (m *Metrics) SignUp(class sale.Class, err error) {
	if m == nil {
		return
	}
	m.signUps.WithLabelValues(string(class), result(err)).Inc()
}

// Beat counts one beat of the dispatcher.
func (m *Metrics) Beat(took time.Duration, err error) {
	if m == nil {
		return
	}
	word := "ok"
	if err != nil {
		word = "failed"
	}
	m.beats.WithLabelValues(word).Observe(took.Seconds())
}

// Mail counts one hand-over to the mail server.
func (m *Metrics) Mail(kind sale.MailKind, result string) {
	if m == nil {
		return
	}
	m.mails.WithLabelValues(string(kind), result).Inc()
}

// Bounce counts one mail at the bounce listener.
func (m *Metrics) Bounce(verdict string) {
	if m == nil {
		return
	}
	m.bounces.WithLabelValues(verdict).Inc()
}

// Bounced sets how many hand-overs of a sale came back; a kind that is left
// out has none.
func (m *Metrics) Bounced(slug string, counts map[sale.MailKind]int) {
	if m == nil {
		return
	}
	for kind, n := range counts {
		m.bounced.WithLabelValues(slug, string(kind)).Set(float64(n))
	}
}

// Registrations sets how many numbers of a class a sale has given.
func (m *Metrics) Registrations(slug string, class sale.Class, n int) {
	if m == nil {
		return
	}
	m.numbers.WithLabelValues(slug, string(class)).Set(float64(n))
}

// Offers sets how many offers of a sale are in each state; a state that is
// left out has none.
func (m *Metrics) Offers(slug string, counts map[sale.OfferState]int) {
	if m == nil {
		return
	}
	m.offers.DeletePartialMatch(prometheus.Labels{"sale": slug})
	for state, n := range counts {
		m.offers.WithLabelValues(slug, string(state)).Set(float64(n))
	}
}

// Stock sets the units of a sale's pools.
func (m *Metrics) Stock(s sale.Stock) {
	if m == nil {
		return
	}
	for _, p := range s.Pools {
		m.units.WithLabelValues(s.Sale, p.Pool, "issued").Set(float64(p.Issued))
		m.units.WithLabelValues(s.Sale, p.Pool, "available").Set(float64(p.Available))
		m.units.WithLabelValues(s.Sale, p.Pool, "offered").Set(float64(p.Offered))
		m.units.WithLabelValues(s.Sale, p.Pool, "sold").Set(float64(p.Sold))
	}
}

// Request counts one HTTP answer. The route is its pattern, never its URI.
func (m *Metrics) Request(listener, route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(listener, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Group counts one group commit.
func (m *Metrics) Group(what string, items int) {
	if m == nil {
		return
	}
	m.groups.WithLabelValues(what).Observe(float64(items))
}

// Part says whether a part of a listener's readiness answers.
func (m *Metrics) Part(listener, part string, ok bool) {
	if m == nil {
		return
	}
	value := 0.0
	if ok {
		value = 1
	}
	m.parts.WithLabelValues(listener, part).Set(value)
}

// result is the word of an error in a label.
func result(err error) string {
	if err == nil {
		return "ok"
	}
	return string(sale.CodeOf(err))
}

// Handler serves /metrics. refresh is called before each answer to read what
// is counted in the databases; it must keep to its context.
func (m *Metrics) Handler(refresh func(context.Context)) http.Handler {
	page := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refresh != nil {
			refresh(r.Context())
		}
		page.ServeHTTP(w, r)
	})
}
