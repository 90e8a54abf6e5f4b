package dispatcher

import (
	"errors"
	"sync"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// health remembers how the parts that can fail answered last.
type health struct {
	mu       sync.Mutex
	boxErr   error
	mailErr  error
	beatErr  error
	beatSeen bool
}

// boxOffice notes how a call to the box office ended. A refusal is an answer.
func (h *health) boxOffice(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.boxErr = nil
	if err != nil && !answered(err) {
		h.boxErr = err
	}
}

// answered says that an error is what the box office had to say, not that it
// could not be asked.
func answered(err error) bool {
	switch sale.CodeOf(err) {
	case sale.CodeInternal, sale.CodeUnavailable, sale.CodeUnauthorized, sale.CodeOverloaded, sale.CodeFenced:
		return false
	default:
		return true
	}
}

// mail notes how a hand-over ended: only our own faults are an illness.
func (h *health) mail(r mail.Result) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mailErr = nil
	if r.Outcome == mail.Fault {
		h.mailErr = errors.New(r.Stage + ": " + r.Text)
	}
}

func (h *health) connect(err error) {
	if err == nil {
		return // a greeting proves little; a mail that was taken clears the fault
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mailErr = err
}

func (h *health) beat(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beatErr, h.beatSeen = err, true
}

// BoxOfficeHealth is why the box office could not be asked, as of the last
// call; nil when it answered.
func (d *Dispatcher) BoxOfficeHealth() error {
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	return d.health.boxErr
}

// MailHealth is our own fault that stopped the last hand-over, or nil.
func (d *Dispatcher) MailHealth() error {
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	return d.health.mailErr
}

// BeatHealth is how the last beat ended.
func (d *Dispatcher) BeatHealth() error {
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	if !d.health.beatSeen {
		return errors.New("no beat yet")
	}
	return d.health.beatErr
}

// messageOf is what may be shown of an error.
func messageOf(err error) string {
	var e *sale.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return "The box office cannot be reached."
}
