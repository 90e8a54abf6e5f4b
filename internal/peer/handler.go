package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// HandlerOptions are what [NewHandler] needs. BoxOffice, Secret and Clock are
// required.
type HandlerOptions struct {
	BoxOffice BoxOffice
	Secret    Secret
	Clock     sale.Clock
	Timeout   time.Duration // for one call at the box office; 30 s when zero
	Logger    *slog.Logger  // discards when nil
}

// Handler serves a box office. It is mounted at [Prefix] with the path left
// whole, since the path is signed. It bounds bodies itself; the server that it
// is mounted on bounds the time for reading them.
type Handler struct {
	o     HandlerOptions
	calls map[string]func(ctx context.Context, body []byte) (any, error)
}

// NewHandler makes a handler.
func NewHandler(o HandlerOptions) (*Handler, error) {
	if o.BoxOffice == nil || o.Clock == nil {
		return nil, errors.New("peer handler: BoxOffice and Clock are required")
	}
	if err := o.Secret.check(); err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Handler{o: o}
	h.calls = map[string]func(ctx context.Context, body []byte) (any, error){
		callPut:      decoded(h.put),
		callReserve:  decoded(h.reserve),
		callFreeze:   decoded(h.freeze),
		callClose:    decoded(h.close),
		callOutcomes: decoded(h.outcomes),
		callStock:    decoded(h.stock),
		callFlows:    decoded(h.flows),
		callCancel:   decoded(h.cancel),
		callLedger:   decoded(h.ledger),
		callPing:     decoded(h.ping),
	}
	return h, nil
}

// ServeHTTP lets nobody but the secret's holders go past its first lines.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signature := h.o.Secret.checkCall(r)
	if signature == "" {
		h.refuse(w, r)
		return
	}
	var value any
	err := checkTime(r, h.o.Clock())
	if err == nil {
		value, err = h.call(w, r)
	}
	h.answer(w, r, signature, value, err)
}

// refuse answers a stranger, who gets no signature.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request) {
	h.o.Logger.WarnContext(r.Context(), "peer call refused: not signed with our secret", slog.String("remote", r.RemoteAddr))
	status, body := encode(nil, sale.E(sale.CodeUnauthorized, "not signed with this box office's secret"))
	send(w, status, body)
}

func (h *Handler) call(w http.ResponseWriter, r *http.Request) (any, error) {
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	call, ok := h.calls[name]
	if !ok || r.Method != http.MethodPost || r.URL.RawQuery != "" {
		return nil, sale.E(sale.CodeBadRequest, "this box office knows no call %s %s", r.Method, r.URL.Path)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxCall))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, sale.E(sale.CodeTooLarge, "a call has at most %d bytes", MaxCall)
	}
	if err != nil {
		return nil, sale.Wrap(sale.CodeBadRequest, err, "the call's body broke off")
	}
	if !same(digest(body), r.Header.Get(headerDigest)) {
		return nil, sale.E(sale.CodeUnauthorized, "the call's body is not the one that was signed")
	}
	// Whoever signed this will ask again until it is done: finish it now, even
	// when nobody waits for the answer any more.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.o.Timeout)
	defer cancel()
	return call(ctx, body)
}

// answer signs and sends what the box office said.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, signature string, value any, err error) {
	status, body := encode(value, err)
	if status == http.StatusInternalServerError {
		h.o.Logger.ErrorContext(r.Context(), "peer call failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	w.Header().Set(headerSignature, h.o.Secret.signAnswer(signature, status, body))
	send(w, status, body)
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // nobody left to tell; the caller asks again
}

// encode turns what a call returned into status and body. What carries no
// code is internal, and only its code leaves this machine.
func encode(value any, err error) (int, []byte) {
	status, said := http.StatusOK, value
	if err != nil {
		e := known(err)
		status, said = statusOf(e.Code), toWire(e)
	}
	body, failed := json.Marshal(said)
	if failed != nil {
		return encode(nil, fmt.Errorf("encode the answer: %w", failed))
	}
	return status, body
}

func known(err error) *sale.Error {
	var e *sale.Error
	switch {
	case errors.As(err, &e) && e.Code != "":
		return e
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return sale.E(sale.CodeUnavailable, "the box office took too long")
	default:
		return sale.E(sale.CodeInternal, "the box office failed")
	}
}

// decoded is a call on JSON: one object, no field that we do not know, nothing
// behind it.
func decoded[In, Out any](do func(context.Context, In) (Out, error)) func(context.Context, []byte) (any, error) {
	return func(ctx context.Context, body []byte) (any, error) {
		var in In
		if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) { // json takes null for anything
			return nil, sale.E(sale.CodeBadRequest, "the call is not a JSON object")
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			return nil, sale.E(sale.CodeBadRequest, "the call cannot be read (do both sides run the same version?): %v", err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil, sale.E(sale.CodeBadRequest, "the call goes on after its end")
		}
		return do(ctx, in)
	}
}

func (h *Handler) put(ctx context.Context, in putCall) (nothing, error) {
	return nothing{}, h.o.BoxOffice.Put(ctx, in.Sale, in.Keys)
}

func (h *Handler) reserve(ctx context.Context, in reserveCall) (reserveAnswer, error) {
	grants, err := h.o.BoxOffice.Reserve(ctx, in.Sale, in.Asks)
	return reserveAnswer{grants}, err
}

func (h *Handler) freeze(ctx context.Context, in freezeCall) (nothing, error) {
	return nothing{}, h.o.BoxOffice.Freeze(ctx, in.Sale, in.Freezes)
}

func (h *Handler) close(ctx context.Context, in closeCall) (closeAnswer, error) {
	answer, err := h.o.BoxOffice.Close(ctx, in.Sale, in.Closing)
	return closeAnswer{answer}, err
}

func (h *Handler) stock(ctx context.Context, in stockCall) (stockAnswer, error) {
	stock, err := h.o.BoxOffice.Stock(ctx, in.Sale)
	return stockAnswer{stock}, err
}

func (h *Handler) flows(ctx context.Context, in flowsCall) (flowsAnswer, error) {
	flows, err := h.o.BoxOffice.Flows(ctx, in.Sale, in.After)
	return flowsAnswer{flows}, err
}

func (h *Handler) ledger(ctx context.Context, in ledgerCall) (ledgerAnswer, error) {
	page, err := h.o.BoxOffice.Ledger(ctx, in.Sale, in.After, in.Limit)
	return ledgerAnswer{page}, err
}

func (h *Handler) cancel(ctx context.Context, in cancelCall) (cancelAnswer, error) {
	order, err := h.o.BoxOffice.Cancel(ctx, in.Sale, in.Code, in.Reason)
	return cancelAnswer{order}, err
}

func (h *Handler) ping(context.Context, nothing) (nothing, error) { return nothing{}, nil }

// outcomes gives a page that always fits an answer: a reader goes on from the
// last position it got, so a shorter page loses nothing and one that never
// fits would stop it for ever.
func (h *Handler) outcomes(ctx context.Context, in outcomesCall) (json.RawMessage, error) {
	page, err := h.o.BoxOffice.Outcomes(ctx, in.Sale, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	for {
		body, err := json.Marshal(outcomesAnswer{page})
		if err != nil {
			return nil, fmt.Errorf("encode outcomes: %w", err)
		}
		if len(body) <= pageBytes || len(page) <= 1 {
			return body, nil
		}
		page = page[:len(page)/2]
	}
}
