package bounce

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-message"
	letters "github.com/emersion/go-message/mail"

	"github.com/inturn/inturn/internal/link"
)

// ReadAll takes the messages of a mailbox that somebody fetched: one message,
// or many one after the other as in an mbox file, each begun by a line "From "
// after an empty one. It gives how many came to which verdict. An error means
// that nothing from there on was recorded; all of it can be read again.
func (d *Desk) ReadAll(ctx context.Context, r io.Reader) (map[Verdict]int, error) {
	counts := map[Verdict]int{}
	lines := bufio.NewReader(r)
	for {
		raw, more, err := nextMessage(lines)
		if err != nil {
			return counts, fmt.Errorf("read a mailbox: %w", err)
		}
		if len(bytes.TrimSpace(raw)) > 0 {
			verdict, err := d.takeRaw(ctx, raw)
			if err != nil {
				return counts, err
			}
			counts[verdict]++
		}
		if !more {
			return counts, nil
		}
	}
}

var fromLine = []byte("From ")

// nextMessage reads up to the next "From " line, and no more than counts into
// memory.
func nextMessage(r *bufio.Reader) (raw []byte, more bool, err error) {
	blank, start := true, true
	for {
		part, err := r.ReadSlice('\n')
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, false, err
		}
		if blank && start && bytes.HasPrefix(part, fromLine) {
			if len(bytes.TrimSpace(raw)) > 0 {
				return raw, true, nil
			}
			part = nil // the first one's
		} else if room := mostRead - len(raw); room > 0 {
			raw = append(raw, part[:min(room, len(part))]...)
		}
		if ended {
			return raw, false, nil
		}
		if start {
			blank = len(bytes.TrimRight(part, "\r\n")) == 0
		} else {
			blank = false
		}
		start = err == nil // a part that fills the buffer is not the end of its line
	}
}

// takeRaw finds the signed address in the header, where the servers on the way
// have put the envelope's recipient.
func (d *Desk) takeRaw(ctx context.Context, raw []byte) (Verdict, error) {
	h, ok := d.recipient(raw)
	if !ok {
		d.o.Observe(Refused)
		return Refused, nil
	}
	return d.Take(ctx, h, bytes.NewReader(raw))
}

func (d *Desk) recipient(raw []byte) (link.Handover, bool) {
	top, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: mostHeader})
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return link.Handover{}, false
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To"} {
		for fields := top.Header.FieldsByKey(name); fields.Next(); {
			var one letters.Header
			one.Set("To", fields.Value())
			list, err := one.AddressList("To")
			if err != nil {
				continue
			}
			for _, a := range list {
				if h, ok := d.Addressed(a.Address); ok {
					return h, true
				}
			}
		}
	}
	return link.Handover{}, false
}
