package mail

import (
	"context"
	"errors"
	"fmt"

	gomail "github.com/wneessen/go-mail"
)

// Send hands one mail over and says what became of it.
//
// When ctx ends before the final dot has left, the mail is not sent and the
// result is Temporary; after that it is Unknown, unless the answer was there.
// A Conn whose connection broke, or that the server hung up on while it
// was idle, dials again by itself; where that fails the result is that of
// connecting. Send does not panic.
func (c *Conn) Send(ctx context.Context, m Message) Result {
	msg, err := m.build()
	if err == nil {
		err = sign(msg, c.transport.options.DKIM)
	}
	if err != nil {
		return unbuildable(err)
	}
	dialled := false
	for {
		if ctx.Err() != nil {
			return Result{Outcome: Temporary, Stage: StageMessage, Text: context.Cause(ctx).Error()}
		}
		if c.live == nil {
			l, res := c.transport.dial(ctx)
			if l == nil {
				return res
			}
			c.live, dialled = l, true
		}
		res := c.try(ctx, msg, m.To)
		hungUp := res.Stage == StageMail && res.Broken && res.Outcome == Temporary
		if hungUp && !dialled && ctx.Err() == nil {
			continue // it was idle; on a fresh connection, so at most once
		}
		return res
	}
}

// try sends msg on the live connection and drops it where it is broken.
func (c *Conn) try(ctx context.Context, msg *gomail.Msg, to string) Result {
	l := c.live
	l.wire.begin(ctx)
	err := c.deliver(msg)
	if err != nil && !msg.IsDelivered() {
		l.tidy()
	}
	// Judged once the watch is over, so that nothing changes afterwards.
	why := l.wire.end()
	res := judge(l.wire, msg.IsDelivered(), why)
	res.Text = clean(res.Text, to)
	if res.Broken {
		c.drop()
	}
	return res
}

// deliver calls go-mail. A panic in there is an error here: one odd message
// must not take down the worker that sends everybody else's.
func (c *Conn) deliver(msg *gomail.Msg) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("go-mail panicked: %v", p)
			c.live.wire.stop(err)
		}
	}()
	return c.live.client.SendWithSMTPClient(c.live.smtp, msg)
}

// tidy takes back a mail that was refused at DATA: go-mail resets the session
// after MAIL and RCPT only, and the next MAIL would be refused as nested.
func (l *link) tidy() {
	last := l.wire.last()
	if last.stage != StageData && last.stage != StageDot {
		return
	}
	if reply, ok := parseReply(last.reply); ok && reply.code >= 400 && reply.code != 421 {
		_ = l.smtp.Reset() // judged from the wire
	}
}

func unbuildable(err error) Result {
	outcome := Fault
	if errors.Is(err, errRecipient) {
		outcome = Refused
	}
	return Result{Outcome: outcome, Stage: StageMessage, Text: err.Error()}
}
