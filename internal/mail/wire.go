package mail

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// What ends a dialogue besides the network.
var (
	errSilent    = errors.New("the mail server did not answer in time")
	errOutOfStep = errors.New("the mail server answered before it was asked")
	errBabble    = errors.New("the mail server's answer does not end")
)

// mostReply bounds one answer in bytes; real ones have a few lines.
const mostReply = 64 << 10

// The stages of a dialogue, as they stand in Result.Stage.
const (
	StageMessage = "message" // before anything was sent
	StageConnect = "connect" // up to AUTH
	StageMail    = "MAIL"
	StageRcpt    = "RCPT"
	StageData    = "DATA"
	StageContent = "content" // between 354 and the final dot
	StageDot     = "dot"     // the final dot left
	stageReset   = "RSET"
)

// exchange is one thing asked and what came back before the next.
type exchange struct {
	stage string
	reply []byte
}

// wire is what go-mail speaks through once a session stands: the connection
// below (TLS included), recorded. It sees each command whole, because
// textproto flushes after each.
type wire struct {
	raw     net.Conn        // closed to interrupt
	below   *textproto.Conn // go-mail's own, which reads and writes raw
	above   *textproto.Conn // what go-mail uses now; reads and writes this wire
	options Options

	ctx   context.Context
	undo  func() bool // takes back the watch on ctx
	timer *time.Timer // ends a silence by closing raw
	asked []exchange
	tail  []byte // the last bytes of the content, to know the final dot by

	mu  sync.Mutex
	err error // why the dialogue ended; nil while it may go on
}

// newWire puts a wire into session. smtp.Client.Text is exported for this.
func newWire(raw net.Conn, session *smtp.Client, o Options) *wire {
	w := &wire{raw: raw, below: session.Text, options: o}
	w.above = textproto.NewConn(w)
	session.Text = w.above
	return w
}

// begin starts the record of one mail. Until end, ctx ending or silence
// closes the connection.
func (w *wire) begin(ctx context.Context) {
	w.ctx, w.asked, w.tail = ctx, nil, nil
	w.undo = context.AfterFunc(ctx, func() { w.stop(context.Cause(ctx)) })
	w.timer = time.AfterFunc(w.options.Timeout, func() { w.stop(errSilent) })
}

// end stops the watch and gives why the dialogue cannot go on, or nil.
func (w *wire) end() error {
	if w.timer != nil {
		w.timer.Stop()
		w.undo()
	}
	return w.failed()
}

func (w *wire) stop(err error) {
	w.mu.Lock()
	if w.err == nil {
		w.err = err
	}
	w.mu.Unlock()
	_ = w.raw.Close()
}

func (w *wire) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Read gives go-mail the server's words and notes them.
func (w *wire) Read(p []byte) (int, error) {
	if err := w.failed(); err != nil {
		return 0, err
	}
	n, err := w.below.R.Read(p)
	if last := len(w.asked) - 1; last >= 0 {
		w.asked[last].reply = append(w.asked[last].reply, p[:n]...)
		if len(w.asked[last].reply) > mostReply {
			err = errBabble
		}
	}
	if err != nil {
		w.stop(err)
	}
	return n, err
}

// Write notes what go-mail asks and passes it on, unless the send is over:
// then the final dot, above all, stays here.
func (w *wire) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		w.stop(context.Cause(w.ctx))
	}
	if w.above.R.Buffered() > 0 {
		w.stop(errOutOfStep) // what comes next would be taken for an answer
	}
	if err := w.failed(); err != nil {
		return 0, err
	}
	w.note(p)
	n, err := w.below.W.Write(p)
	if err == nil {
		err = w.below.W.Flush()
	}
	if err != nil {
		w.stop(err)
	}
	return n, err
}

// Close is go-mail's after QUIT.
func (w *wire) Close() error { return w.below.Close() }

// note opens the exchange that p starts and restarts the time-out. Content
// follows a 354 and ends with a dot on a line of its own; dots that belong to
// the text are doubled, so the five bytes occur nowhere else.
func (w *wire) note(p []byte) {
	timeout := w.options.Timeout
	switch {
	case !w.inContent():
		verb, _, _ := strings.Cut(strings.TrimSpace(string(p)), " ")
		w.asked = append(w.asked, exchange{stage: strings.ToUpper(verb)})
	default:
		if w.last().stage == StageData {
			w.asked = append(w.asked, exchange{stage: StageContent})
		}
		w.tail = append(w.tail, p...)
		w.tail = w.tail[max(0, len(w.tail)-5):]
		if bytes.Equal(w.tail, []byte("\r\n.\r\n")) {
			w.asked = append(w.asked, exchange{stage: StageDot})
			timeout = w.options.DataTimeout
		}
	}
	w.timer.Reset(timeout)
}

func (w *wire) inContent() bool {
	last := w.last()
	if last.stage == StageData {
		reply, ok := parseReply(last.reply)
		return ok && reply.code == 354
	}
	return last.stage == StageContent
}

func (w *wire) last() exchange {
	if len(w.asked) == 0 {
		return exchange{}
	}
	return w.asked[len(w.asked)-1]
}

// decisive is the exchange that settles the mail: the last that is not
// go-mail's tidying up after a refusal.
func (w *wire) decisive() exchange {
	for i := len(w.asked) - 1; i >= 0; i-- {
		if w.asked[i].stage != stageReset {
			return w.asked[i]
		}
	}
	return exchange{stage: StageMail}
}
