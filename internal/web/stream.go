package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Stream is an answer that goes on: server-sent events (HTML, §9.2). It is
// for routes that Options.Streams names, whose requests have no deadline.
type Stream struct {
	ctx     context.Context
	w       http.ResponseWriter
	control *http.ResponseController
}

// writePatience is how long a reader may take for one event. Who takes longer
// is not there any more, or does not read.
const writePatience = 30 * time.Second

// OpenStream begins the answer: nothing on the way is to keep or collect it,
// and the connection's own deadlines do not end it.
func OpenStream(c echo.Context) (*Stream, error) {
	s, err := open(c)
	if err != nil {
		return nil, err
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would collect it
	c.Response().WriteHeader(http.StatusOK)
	return s, s.flush()
}

// open takes the connection's own deadlines away.
func open(c echo.Context) (*Stream, error) {
	s := &Stream{ctx: c.Request().Context(), w: c.Response(), control: http.NewResponseController(c.Response())}
	for _, clear := range []func(time.Time) error{s.control.SetReadDeadline, s.control.SetWriteDeadline} {
		if err := clear(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return nil, err
		}
	}
	return s, nil
}

// Done is closed when the reader has gone.
func (s *Stream) Done() <-chan struct{} { return s.ctx.Done() }

// Context ends when the reader has gone.
func (s *Stream) Context() context.Context { return s.ctx }

// Send hands over one event, whole. A reader that does not take it in time is
// given up.
func (s *Stream) Send(event []byte) error {
	past := time.Unix(1, 0)
	timer := time.AfterFunc(writePatience, func() { _ = s.control.SetWriteDeadline(past) })
	defer timer.Stop()
	if _, err := s.w.Write(event); err != nil {
		return err
	}
	return s.flush()
}

func (s *Stream) flush() error {
	if err := s.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
