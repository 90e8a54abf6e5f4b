package mail

import "time"

// SetTimeout changes the time-out per command once a connection stands, so
// that tests of silence need not hurry the handshake.
func (c *Conn) SetTimeout(d time.Duration) { c.live.wire.options.Timeout = d }
