package smtptest

// Stage is a point in the dialogue at which the server speaks.
type Stage string

// The stages, in their usual order.
const (
	Greeting Stage = "greeting"
	EHLO     Stage = "EHLO" // HELO too
	STARTTLS Stage = "STARTTLS"
	AUTH     Stage = "AUTH" // the answer to the last line of it
	MAIL     Stage = "MAIL"
	RCPT     Stage = "RCPT"
	DATA     Stage = "DATA"
	Dot      Stage = "dot" // the answer to the mail itself
	RSET     Stage = "RSET"
	NOOP     Stage = "NOOP"
	QUIT     Stage = "QUIT"
	Other    Stage = "other" // any command not above
)

// Moment is when a script is asked.
type Moment struct {
	Conn     int    // which connection, from 1
	Stage    Stage  //
	Nth      int    // how often this stage was reached, over all connections, from 1
	Line     string // what the client said, without its end
	From, To string // the envelope so far; To is the latest recipient
	TLS      bool   // encrypted by now
	User     string // authenticated as, by now
	Mail     *Mail  // at Dot: what would be taken
}

// Reply is what to answer. The zero Reply is the ordinary answer.
type Reply struct {
	// Text is the reply; lines are parted by \n and get their CRLF here. Empty
	// with Hangup, Wait or Take set: nothing is said.
	Text string
	// Raw sends Text as it stands, without CRLF.
	Raw bool
	// Wait holds the answer back until it is closed, or the server is.
	Wait <-chan struct{}
	// Take keeps the mail although the answer to the dot is not a 2xx.
	Take bool
	// Hangup closes the connection after Text.
	Hangup bool
}

// Script decides an answer. It is called from one goroutine per connection.
type Script func(Moment) Reply

// At answers with reply at one stage and ordinarily elsewhere.
func At(stage Stage, reply Reply) Script {
	return func(m Moment) Reply {
		if m.Stage == stage {
			return reply
		}
		return Reply{}
	}
}

// Say is a Reply with a text.
func Say(text string) Reply { return Reply{Text: text} }

func (r Reply) ordinary() bool { return r.Text == "" && !r.Hangup && r.Wait == nil && !r.Take }
