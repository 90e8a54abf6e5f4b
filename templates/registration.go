package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Notice is what a sale's landing page has to say.
type Notice string

// The notices, in the order in which a sale usually goes through them.
const (
	NoticeBefore     Notice = "before"     // the form is not open yet
	NoticeGuaranteed Notice = "guaranteed" // who registers now is guaranteed a turn
	NoticeStandby    Notice = "standby"    // no guarantee, but a chance
	NoticeFull       Notice = "full"       // both classes are full
	NoticeClosed     Notice = "closed"     // the form's time is over
)

// Takes says whether the form is shown.
func (n Notice) Takes() bool { return n == NoticeGuaranteed || n == NoticeStandby }

// IndexPage lists the sales that are open, or will be.
type IndexPage struct {
	Frame
	Sales []IndexSale
}

// IndexSale is one line of the list.
type IndexSale struct {
	Title    sale.Text
	URL      string
	Notice   Notice
	Opens    time.Time
	Closes   time.Time
	Timezone string
}

// LandingPage is a sale's page with its form. Sale is never nil.
//
// When a sign-up was answered with an error, the page says so: Problem is a
// sale.Code with a message landing.problem.CODE, Typed is what was typed.
type LandingPage struct {
	Frame
	Notice      Notice
	Paused      bool   // no offers are made at the moment; the form is unaffected
	SoldOut     bool   // everything is sold; a place can only hope for a cancellation
	Over        bool   // the sale has ended: no place can hope for anything any more
	Action      string // where the form posts to
	OpeningURL  string // an entry for the calendar; empty: the form is open, or was
	ProgressURL string // how far the line is; empty: nobody can be in it yet
	PuzzleURL   string // where the form's puzzle comes from; empty: the sale demands no proof of work
	Problem     string
	Typed       string
	Reason      sale.Reason // what exactly was wrong with the address; empty: nothing more to say
	BareURL     string      // absolute, without a language, for search engines; empty: they are told nothing
	ReceiptURL  string      // where a lost receipt is asked for; empty: the sale sends none
}

// Comes says whether the form is open or will be, so that it makes sense to
// say how it works.
func (d *LandingPage) Comes() bool { return d.Notice == NoticeBefore || d.Notice.Takes() }

// AlreadyPage answers a second sign-up of an address. It gives no number:
// whoever typed the address need not be its owner.
type AlreadyPage struct {
	Frame
	Address    string // as typed just now
	Receipt    bool   // whether the sale sends receipts
	ReceiptURL string // where a lost one is asked for; empty: not here
	LandingURL string
}

// ReceiptPage is where a lost receipt is asked for, and the answer to that.
// The answer is the same for every address.
type ReceiptPage struct {
	Frame
	Sent       bool   // asked for just now
	Address    string // as typed just now
	Action     string // where the form posts to
	Problem    string // a sale.Code with a message landing.problem.CODE; empty: none
	Reason     sale.Reason
	LandingURL string
}

// PlaceState is what the place page has to say.
type PlaceState string

// The states of a place page.
const (
	PlaceWaiting     PlaceState = "waiting"
	PlacePreparing   PlaceState = "preparing"   // reserved or about to be; the clock does not run yet
	PlaceOpen        PlaceState = "open"        // the link works now
	PlaceClosing     PlaceState = "closing"     // its time has passed, the box office is being asked
	PlaceBought      PlaceState = "bought"      // has an order
	PlaceCancelled   PlaceState = "cancelled"   // had an order, which was cancelled
	PlaceExpired     PlaceState = "expired"     // the hour passed unused
	PlaceDeclined    PlaceState = "declined"    // given back at the box office
	PlaceBounced     PlaceState = "bounced"     // the address does not take mail
	PlaceUndelivered PlaceState = "undelivered" // could not be mailed; tried again
	PlaceWithdrawn   PlaceState = "withdrawn"   // left the line
	PlaceVoided      PlaceState = "voided"      // taken back by the organizer
	PlaceSoldOut     PlaceState = "soldout"     // waiting, but everything is sold
	PlaceOver        PlaceState = "over"        // still waiting when the sale ended
)

// PlacePage is one fan's place in line.
type PlacePage struct {
	Frame
	State       PlaceState
	Number      int
	Class       sale.Class
	Address     string // as typed
	Reached     int    // the highest number whose turn has come
	Paused      bool
	About       time.Time // when the turn will come, roughly; zero: nobody can say
	NotBefore   time.Time // the earliest moment, for standby; zero: nobody can say
	Most        int       // of the offer
	Link        string    // of the offer, while it is open
	Ends        time.Time // of the offer
	Left        time.Duration
	Frozen      bool          // the sale's clocks stand still, and so does Left
	Moved       time.Duration // how much later than its mail says freezes have made the offer's end
	Now         time.Time     // which moment the page is of
	Order       *sale.Order
	OrderURL    string
	WithdrawURL string // empty: there is nothing to withdraw
	Leaving     bool   // came to leave: the question is open
	RejoinURL   string // empty: nothing to take back
	LandingURL  string
	ProgressURL string // how far the line is, for everybody; empty: not linked
	MailLang    string // what the fan's mails are written in
	LanguageURL string // has them written in another
}

// Moves says whether the page may come to say something else by itself.
func (d *PlacePage) Moves() bool {
	switch d.State {
	case PlaceWaiting, PlacePreparing, PlaceOpen, PlaceClosing, PlaceUndelivered, PlaceSoldOut:
		return true
	}
	return false
}

// Still says whether an offer's time stands still.
func (d *PlacePage) Still() bool { return d.Frozen && d.State == PlaceOpen }

// Past says whether the place has had all that it was good for.
func (d *PlacePage) Past() bool { return !d.Moves() && d.State != PlaceBought }

// ProgressState is what the page about the line as a whole has to say.
type ProgressState string

// The states of a line.
const (
	ProgressBefore  ProgressState = "before"  // nobody's turn has come yet
	ProgressMoving  ProgressState = "moving"  // somebody's has
	ProgressSoldOut ProgressState = "soldout" // everything is sold
	ProgressOver    ProgressState = "over"    // the sale has ended
)

// ProgressPage says how far a line is, and nothing about anybody in it.
type ProgressPage struct {
	Frame
	State        ProgressState
	Paused       bool       // no mails leave for the time being
	Frozen       bool       // because its clocks stand still
	Reached      int        // the highest number whose turn has come
	Registered   int        // numbers given
	Guaranteed   int        // the last number that is guaranteed
	Serving      sale.Class // of the numbers that come now; empty: none do
	Next         time.Time  // when the next mails leave; zero: nobody can say
	GuaranteedBy time.Time  // when the last guaranteed number has its turn, roughly; zero: nobody can say
	LandingURL   string
}

// Moves says whether the page may come to say something else by itself.
func (d *ProgressPage) Moves() bool { return d.State != ProgressOver }

// Strip draws everybody in line.
func (d *ProgressPage) Strip() Strip { return newStrip(d.Registered, d.Reached, d.Guaranteed, 0) }

// Expects says whether a link may still come by mail, so that it makes sense
// to say when none does.
func (d *PlacePage) Expects() bool {
	return d.State == PlaceWaiting || d.State == PlacePreparing || d.State == PlaceUndelivered
}

// IndexPage renders the list of sales.
func (t *Templates) IndexPage(w io.Writer, d IndexPage) error {
	return t.render(w, d.Lang, "registration/index", &d)
}

// LandingPage renders a sale's page.
func (t *Templates) LandingPage(w io.Writer, d LandingPage) error {
	return t.render(w, d.Lang, "registration/landing", &d)
}

// AlreadyPage renders the answer to a second sign-up.
func (t *Templates) AlreadyPage(w io.Writer, d AlreadyPage) error {
	return t.render(w, d.Lang, "registration/already", &d)
}

// ReceiptPage renders the way to a lost receipt.
func (t *Templates) ReceiptPage(w io.Writer, d ReceiptPage) error {
	return t.render(w, d.Lang, "registration/receipt", &d)
}

// PlacePage renders a place in line.
func (t *Templates) PlacePage(w io.Writer, d PlacePage) error {
	return t.render(w, d.Lang, "registration/place", &d)
}

// ProgressPage renders how far a line is.
func (t *Templates) ProgressPage(w io.Writer, d ProgressPage) error {
	return t.render(w, d.Lang, "registration/progress", &d)
}
