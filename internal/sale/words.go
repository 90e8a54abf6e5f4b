package sale

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Class is what a number was promised when it was given.
type Class string

// The two classes.
const (
	Guaranteed Class = "guaranteed"
	Standby    Class = "standby"
)

// OfferState is where an offer is in its life, on the line's side.
//
//	planned → open → closing → over
//
// Planned, open and closing are live; the others are over and never change
// again.
type OfferState string

// The states of an offer.
const (
	OfferPlanned     OfferState = "planned"     // row written, box office not asked yet or not answered
	OfferOpen        OfferState = "open"        // box office granted at least one ticket
	OfferClosing     OfferState = "closing"     // nothing is minted any more, box office decides
	OfferBought      OfferState = "bought"      // an order was placed
	OfferExpired     OfferState = "expired"     // its hour passed unused
	OfferDeclined    OfferState = "declined"    // the fan gave it back
	OfferBounced     OfferState = "bounced"     // the address was refused for good
	OfferUndelivered OfferState = "undelivered" // could not be handed over for one life; turn not used up
	OfferWithdrawn   OfferState = "withdrawn"   // the fan left the line
	OfferErased      OfferState = "erased"      // the person was erased
	OfferVoided      OfferState = "voided"      // the organizer took it back
	OfferDropped     OfferState = "dropped"     // the box office had none left; turn not used up
)

// Live says whether the offer still holds, or may come to hold, tickets.
func (s OfferState) Live() bool {
	return s == OfferPlanned || s == OfferOpen || s == OfferClosing
}

// CountsAsTurn says whether a registration with an offer in this state has
// had its turn. Dropped and undelivered offers do not count.
func (s OfferState) CountsAsTurn() bool {
	return s != OfferDropped && s != OfferUndelivered
}

// MailState is where one mail of the outbox is.
type MailState string

// The states of a mail.
const (
	MailQueued    MailState = "queued"    // waits for its time
	MailSending   MailState = "sending"   // handed to a worker; ends was committed before
	MailAccepted  MailState = "accepted"  // the server answered 250 after the final dot
	MailRefused   MailState = "refused"   // the server refused the recipient for good
	MailUnknown   MailState = "unknown"   // nobody can tell; it is sent again, harmlessly
	MailCancelled MailState = "cancelled" // what it was for is over
)

// MailKind is what a mail is for. Offers go first, and last what anybody can
// cause who types an address.
type MailKind string

// The kinds of mail, in the order in which they leave.
const (
	MailOffer        MailKind = "offer"
	MailOrder        MailKind = "order"
	MailCancellation MailKind = "cancellation" // the order was cancelled
	MailWithdrawn    MailKind = "withdrawn"    // confirms that the fan has left the line
	MailDecline      MailKind = "decline"
	MailInvitation   MailKind = "invitation" // to somebody who is to be an organizer
	MailTest         MailKind = "test"       // what an organizer sends himself, to see what fans will get
	MailReceipt      MailKind = "receipt"
	MailConfirm      MailKind = "confirm" // asks somebody who is not in line yet whether the address is theirs
)

// MailKinds lists the kinds in the order in which they leave.
func MailKinds() []MailKind {
	return []MailKind{MailOffer, MailOrder, MailCancellation, MailWithdrawn, MailDecline, MailInvitation, MailTest, MailReceipt, MailConfirm}
}

// Priority orders the outbox: lower leaves first.
func (k MailKind) Priority() int {
	kinds := MailKinds()
	if at := slices.Index(kinds, k); at >= 0 {
		return at
	}
	return len(kinds) - 1
}

// Ask asks the box office to reserve for one offer.
type Ask struct {
	Offer string `json:"offer"`
	Most  int    `json:"most"`
}

// Grant is what an offer got: 0…most. Closed says that the offer had already
// been closed there; it got nothing and never will.
type Grant struct {
	Offer   string `json:"offer"`
	Granted int    `json:"granted"`
	Closed  bool   `json:"closed,omitempty"`
}

// Closing asks the box office to close one offer. Reason is the over state
// the offer is meant to get. For OfferExpired the box office refuses while
// its own clock is before Ends, which counts the first Freezes freezes of the
// sale already, or while that stands still.
type Closing struct {
	Offer   string     `json:"offer"`
	Reason  OfferState `json:"reason"`
	Ends    time.Time  `json:"ends"`
	Freezes int        `json:"freezes,omitempty"`
}

// End is what the closing says of the offer's end.
func (c Closing) End() End { return End{At: c.Ends, Freezes: c.Freezes} }

// Answer is the box office's answer to Closing.
type Answer string

// The answers. Closed and bought are durable and never change.
const (
	AnswerClosed Answer = "closed"
	AnswerBought Answer = "bought"
	AnswerNotYet Answer = "not_yet"
)

// OutcomeKind is what one entry of the box office's feed says.
type OutcomeKind string

// The kinds of outcome.
const (
	OutcomeBought    OutcomeKind = "bought"
	OutcomeDeclined  OutcomeKind = "declined"
	OutcomeClosed    OutcomeKind = "closed"
	OutcomeCancelled OutcomeKind = "cancelled" // an order was cancelled; its units are available again
)

// Outcome is one entry of the append-only feed of a sale. Positions are
// dense from 1 within a sale, in commit order. Order is set for bought and
// cancelled.
type Outcome struct {
	Position int64       `json:"position"`
	Kind     OutcomeKind `json:"kind"`
	Offer    string      `json:"offer"`
	Reason   OfferState  `json:"reason,omitempty"` // for closed
	Order    *Order      `json:"order,omitempty"`
	At       time.Time   `json:"at"`
}

// OrderState is where an order is. Payment providers will add "pending"
// between nothing and confirmed.
type OrderState string

// The states of an order.
const (
	OrderConfirmed OrderState = "confirmed"
	OrderCancelled OrderState = "cancelled"
)

// Order is a purchase: one per offer. Code is short and readable, Ref is the
// 128-bit random name of its page in lower-case base32 without padding.
type Order struct {
	Code     string     `json:"code"`
	Ref      string     `json:"ref"`
	Sale     string     `json:"sale"`
	Offer    string     `json:"offer"`
	State    OrderState `json:"state"`
	Payment  string     `json:"payment"`
	Currency string     `json:"currency"`
	Total    int64      `json:"total"` // minor units
	Tickets  []Ticket   `json:"tickets"`
	At       time.Time  `json:"at"`
}

// Ticket is one ticket of an order. Code is unique in the sale.
type Ticket struct {
	Code  string `json:"code"`
	Type  string `json:"type"`
	Title Text   `json:"title"`
	Price int64  `json:"price"` // minor units
}

// TypesInWords counts the tickets by type, in the order in which they were
// bought: "2 fri, 1 sat".
func (o Order) TypesInWords() string {
	count := map[string]int{}
	var words []string
	for _, t := range o.Tickets {
		if count[t.Type]++; count[t.Type] == 1 {
			words = append(words, t.Type)
		}
	}
	for i, id := range words {
		words[i] = fmt.Sprintf("%d %s", count[id], id)
	}
	return strings.Join(words, ", ")
}

// CapacityPool is the name of the pool every ticket draws on. A type's own
// pool has the type's id, which therefore may not be this word.
const CapacityPool = "capacity"

// PoolStock is one pool's accounts in units, with issued as a positive
// number: Issued = Available + Offered + Sold.
type PoolStock struct {
	Pool      string `json:"pool"`
	Issued    int    `json:"issued"`
	Available int    `json:"available"`
	Offered   int    `json:"offered"`
	Sold      int    `json:"sold"`
}

// Offers is how many offers of each tickets the pool's free units allow. When
// they do not suffice for one, and nothing is offered that could still come
// back, the last units make one smaller offer.
func (p PoolStock) Offers(each int) int {
	switch {
	case p.Available >= each:
		return p.Available / each
	case p.Available > 0 && p.Offered == 0:
		return 1
	default:
		return 0
	}
}

// Stock is what the box office has of a sale: the capacity pool first, then
// one pool for each type in the sale's order.
type Stock struct {
	Sale  string      `json:"sale"`
	Pools []PoolStock `json:"pools"`
}

// Capacity gives the capacity pool; zeros when the sale is not there yet.
func (s Stock) Capacity() PoolStock {
	for _, p := range s.Pools {
		if p.Pool == CapacityPool {
			return p
		}
	}
	return PoolStock{Pool: CapacityPool}
}

// PublicKey is one Ed25519 key that links are verified with (RFC 8037). X is
// the raw 32 bytes.
type PublicKey struct {
	KID     string    `json:"kid"`
	X       []byte    `json:"x"`
	Created time.Time `json:"created"`
}

// KeySettles is how long after a box office has stored a key every process of
// it verifies with that key. Until then a link is better signed with an older
// one.
const KeySettles = 5 * time.Second

// Clock tells the time. It is passed in everywhere; only cmd passes
// [time.Now].
type Clock func() time.Time

// UpToSecond rounds t up to a whole second, which is how every link's end is
// fixed: `exp` of a JWT is whole seconds, and rounding down would cut life.
func UpToSecond(t time.Time) time.Time {
	r := t.Truncate(time.Second)
	if r.Before(t) {
		r = r.Add(time.Second)
	}
	return r
}
