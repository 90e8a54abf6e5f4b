package peer

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// ClientOptions are what [NewClient] needs. URL, Secret and Clock are
// required.
type ClientOptions struct {
	URL        string        // http or https, of the box office's peer listener
	Secret     Secret        // the box office's
	Clock      sale.Clock    // signs calls
	HTTPClient *http.Client  // one with connections of its own when nil; redirects are never followed
	Timeout    time.Duration // for one call with its answer; 10 s when zero
}

// Client is a box office at the other end of the wire. It is safe for
// concurrent use.
type Client struct {
	base    string
	secret  Secret
	clock   sale.Clock
	http    http.Client
	timeout time.Duration
}

// NewClient makes a client. It calls nobody yet.
func NewClient(o ClientOptions) (*Client, error) {
	if o.Clock == nil {
		return nil, errors.New("peer client: Clock is required")
	}
	if err := o.Secret.check(); err != nil {
		return nil, err
	}
	base, err := baseURL(o.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, secret: o.Secret, clock: o.Clock, timeout: o.Timeout}
	if c.timeout == 0 {
		c.timeout = 10 * time.Second
	}
	if o.HTTPClient != nil {
		c.http = *o.HTTPClient
	} else {
		// As many connections stay open as a beat asks side by side.
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConnsPerHost = 16
		c.http.Transport = own
	}
	// A redirect is somebody else's answer: it is not signed.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

// baseURL gives the URL without its path: the path of a call is signed, so
// nothing in between may change it.
func baseURL(typed string) (string, error) {
	u, err := url.Parse(typed)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", sale.E(sale.CodeInvalid, "INTURN_PEER_URL must look like https://boxoffice.example:8443, without path or user")
	}
	return u.Scheme + "://" + u.Host, nil
}

// Put implements [BoxOffice].
func (c *Client) Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error {
	return c.call(ctx, callPut, putCall{s, keys}, &nothing{})
}

// Reserve implements [BoxOffice].
func (c *Client) Reserve(ctx context.Context, slug string, asks []sale.Ask) ([]sale.Grant, error) {
	var answer reserveAnswer
	if err := c.call(ctx, callReserve, reserveCall{slug, asks}, &answer); err != nil {
		return nil, err
	}
	if !fits(asks, answer.Grants) {
		return nil, unavailable(errors.New("the grants do not fit what was asked"))
	}
	return answer.Grants, nil
}

func fits(asks []sale.Ask, grants []sale.Grant) bool {
	if len(asks) != len(grants) {
		return false
	}
	for i, g := range grants {
		if g.Offer != asks[i].Offer || g.Granted < 0 || g.Closed && g.Granted > 0 {
			return false
		}
	}
	return true
}

// Freeze implements [BoxOffice].
func (c *Client) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	return c.call(ctx, callFreeze, freezeCall{slug, all}, &nothing{})
}

// Close implements [BoxOffice].
func (c *Client) Close(ctx context.Context, slug string, closing sale.Closing) (sale.Answer, error) {
	var answer closeAnswer
	if err := c.call(ctx, callClose, closeCall{slug, closing}, &answer); err != nil {
		return "", err
	}
	switch answer.Answer {
	case sale.AnswerClosed, sale.AnswerBought, sale.AnswerNotYet:
		return answer.Answer, nil
	default:
		return "", unavailable(fmt.Errorf("unknown answer %q", answer.Answer))
	}
}

// Outcomes implements [BoxOffice]. A page may be shorter than limit although
// more is there; an empty one says that there is no more.
func (c *Client) Outcomes(ctx context.Context, slug string, after int64, limit int) ([]sale.Outcome, error) {
	var answer outcomesAnswer
	if err := c.call(ctx, callOutcomes, outcomesCall{slug, after, limit}, &answer); err != nil {
		return nil, err
	}
	for i, o := range answer.Outcomes {
		if due := max(after, 0) + 1 + int64(i); o.Position != due {
			return nil, unavailable(fmt.Errorf("outcome %d where %d was due", o.Position, due))
		}
	}
	return answer.Outcomes, nil
}

// Stock implements [BoxOffice].
func (c *Client) Stock(ctx context.Context, slug string) (sale.Stock, error) {
	var answer stockAnswer
	if err := c.call(ctx, callStock, stockCall{slug}, &answer); err != nil {
		return sale.Stock{}, err
	}
	return answer.Stock, nil
}

// Flows implements [BoxOffice].
func (c *Client) Flows(ctx context.Context, slug string, after int64) (sale.Flows, error) {
	var answer flowsAnswer
	if err := c.call(ctx, callFlows, flowsCall{slug, after}, &answer); err != nil {
		return sale.Flows{}, err
	}
	if f := answer.Flows; f.Position < max(after, 0) || f.More && f.Position == max(after, 0) {
		return sale.Flows{}, unavailable(fmt.Errorf("flows up to %d after %d", f.Position, after))
	}
	return answer.Flows, nil
}

// Ledger implements [BoxOffice].
func (c *Client) Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error) {
	var answer ledgerAnswer
	if err := c.call(ctx, callLedger, ledgerCall{slug, after, limit}, &answer); err != nil {
		return nil, err
	}
	last := max(after, 0)
	for _, t := range answer.Transfers {
		if t.ID <= last {
			return nil, unavailable(fmt.Errorf("transfer %d after %d", t.ID, last))
		}
		last = t.ID
	}
	return answer.Transfers, nil
}

// Cancel implements [BoxOffice].
func (c *Client) Cancel(ctx context.Context, slug, code, reason string) (sale.Order, error) {
	var answer cancelAnswer
	if err := c.call(ctx, callCancel, cancelCall{slug, code, reason}, &answer); err != nil {
		return sale.Order{}, err
	}
	if answer.Order.State != sale.OrderCancelled {
		return sale.Order{}, unavailable(errors.New("the order that was cancelled is not"))
	}
	return answer.Order, nil
}

// Ping says whether the box office answers, has our secret, and a clock that
// agrees with ours.
func (c *Client) Ping(ctx context.Context) error {
	return c.call(ctx, callPing, nothing{}, &nothing{})
}

// call sends one signed call and decodes its signed answer into out.
func (c *Client) call(ctx context.Context, name string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode peer call %s: %w", name, err)
	}
	if len(body) > MaxCall {
		return sale.E(sale.CodeTooLarge, "a call has at most %d bytes, not %d", MaxCall, len(body))
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	status, answer, err := c.exchange(ctx, name, body)
	if err != nil {
		return unavailable(fmt.Errorf("peer call %s: %w", name, err))
	}
	if status != http.StatusOK {
		var said wireError
		if err := json.Unmarshal(answer, &said); err != nil || said.Code == "" {
			return unavailable(fmt.Errorf("peer call %s: status %d without a code", name, status))
		}
		return said.sale()
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return unavailable(fmt.Errorf("peer call %s: decode the answer: %w", name, err))
	}
	return nil
}

// exchange gives the status and body of an answer that the box office has
// signed for this very call. Everything else is an error.
func (c *Client) exchange(ctx context.Context, name string, body []byte) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+Prefix+name, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	nonce := rand.Text()
	r.Header.Set("Content-Type", "application/json")
	// Tells net/http that it may send this once more by itself when a kept
	// connection turns out to be dead.
	r.Header.Set("Idempotency-Key", nonce)
	signature := c.secret.signCall(r, body, c.clock(), nonce)
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	// What is longer is cut here, and then its signature does not fit.
	said, err := io.ReadAll(io.LimitReader(answer.Body, MaxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	}
	if !same(answer.Header.Get(headerSignature), c.secret.signAnswer(signature, answer.StatusCode, said)) {
		return 0, nil, fmt.Errorf("status %d, not signed with our secret: is INTURN_PEER_SECRET the same on both sides, and INTURN_PEER_URL the box office's?", answer.StatusCode)
	}
	return answer.StatusCode, said, nil
}

func unavailable(err error) *sale.Error {
	return sale.Wrap(sale.CodeUnavailable, err, "the box office does not answer")
}
