package templates

import (
	"io"

	"github.com/inturn/inturn/internal/sale"
)

// TextsPage lists the places where an organizer may write his own words, and
// in which languages he has.
type TextsPage struct {
	ConsoleFrame
	Languages []TextLanguage // in the sale's order
	Groups    []TextGroup
	TestURL   string // empty: the reader may not send himself a mail
}

// TextLanguage is one of a sale's languages, by what it calls itself.
type TextLanguage struct{ Lang, Name string }

// TextGroup are the texts of one surface.
type TextGroup struct {
	Title string
	Rows  []TextRow
}

// TextRow is one place: a cell for each language.
type TextRow struct {
	Name, Label string
	Cells       []TextCell
}

// TextCell says whose words stand at a place in a language.
type TextCell struct {
	URL, Label string
	Own        bool
	Whose      string // "yours", …
}

// TextPage is the editor of one text in one language, with its preview.
type TextPage struct {
	ConsoleFrame
	Name, Label, Where string
	Lang, Language     string
	Languages          []Alternate // the same text in the sale's languages
	Base               int64       // the version that the words below were taken from
	Words              string      // as typed
	Lines              bool        // may have several
	Most               int
	Placeholders       []Placeholder
	Wrong              map[string]string
	Others             *OthersWords // somebody else has written here since
	Action, PreviewURL string
	ListURL            string
	TestURL            string
}

// Placeholder is a name that becomes a value, and what it is in the preview.
type Placeholder struct{ Name, Means, Value string }

// OthersWords is what somebody else wrote at a place meanwhile.
type OthersWords struct {
	Who   string // and where, and when
	Words string // empty: took them out
}

// TextPreviewPage is a mail in a frame beside its editor, or what is wrong
// with a draft.
type TextPreviewPage struct {
	Problem       string
	Subject, Lang string
	HTML          string // of the mail, as this package rendered it; shown in a frame of its own
	Text          string
}

// TestMailPage sends the reader a mail, and says what became of it.
type TestMailPage struct {
	ConsoleFrame
	Kinds     []TestMailKind
	Languages []TextLanguage
	Kind      string
	Lang      string
	To        string // the reader's own address
	Problem   string
	Caught    bool            // mail leaves nowhere
	Result    *TestMailResult // nil: none was sent from here
	Action    string
	ListURL   string
}

// TestMailKind is one of the mails that can be looked at.
type TestMailKind struct{ Name, Label string }

// TestMailResult is what became of a test mail.
type TestMailResult struct {
	Mail, Language string
	State          string // "waits", or a result
	Moves          bool   // ask again soon
	Code           int
	Said           string
}

// Texts renders the page.
func (t *Templates) Texts(w io.Writer, d TextsPage) error { return t.console(w, "texts", &d) }

// TextEditor renders the editor of one text.
func (t *Templates) TextEditor(w io.Writer, d TextPage) error { return t.console(w, "text", &d) }

// TextPreview renders a mail for the frame beside its editor.
func (t *Templates) TextPreview(w io.Writer, d TextPreviewPage) error {
	return t.console(w, "textpreview", &d)
}

// TestMail renders the page.
func (t *Templates) TestMail(w io.Writer, d TestMailPage) error { return t.console(w, "testmail", &d) }

// EnglishName is what a language is called in English, as the console is
// written; its tag where inturn has no words in it.
func EnglishName(lang string) string {
	switch lang {
	case "en":
		return "English"
	case "de":
		return "German"
	case "fr":
		return "French"
	case "nl":
		return "Dutch"
	}
	return lang
}

// TextLabel names a place of own words for organizers, and says where it is.
// It is empty for what is no place.
func TextLabel(name string) (label, where string) {
	labels := map[string][2]string{
		"landing":              {"Introduction", "At the top of the sale's page while the form is open or will be, before inturn's words."},
		"landing_before":       {"Not open yet", "On the sale's page before the form opens, instead of inturn's words. The moment of the opening stands above it in any case."},
		"landing_full":         {"Full", "On the sale's page when both classes are full, instead of inturn's words."},
		"landing_closed":       {"Closed", "On the sale's page after the form has closed, instead of inturn's words."},
		"place_guaranteed":     {"What a guaranteed place means", "On the page of a fan who waits with a guaranteed place, instead of inturn's words."},
		"place_standby":        {"What a standby place means", "On the page of a fan who waits on standby, instead of inturn's words."},
		"receipt_subject":      {"Receipt: subject", "The subject of the mail that confirms a place in line."},
		"receipt":              {"Receipt: introduction", "In the mail that confirms a place in line, before inturn's words."},
		"offer_subject":        {"Offer: subject", "The subject of the mail with the link to buy."},
		"offer":                {"Offer: introduction", "In the mail with the link to buy, before inturn's words. Number of tickets, deadline and link stand below it in any case."},
		"order_subject":        {"Order: subject", "The subject of the mail that confirms an order."},
		"order":                {"Order: introduction", "In the mail that confirms an order, before inturn's words, and at the top of the order's page."},
		"cancellation_subject": {"Cancellation: subject", "The subject of the mail to a fan whose order was cancelled."},
		"decline_subject":      {"Sold out: subject", "The subject of the mail to those who wait when everything is sold."},
		"decline_over_subject": {"Sale over: subject", "The subject of the mail to those who wait when the sale ends."},
		"withdrawn_subject":    {"Left the line: subject", "The subject of the mail that confirms that a fan has left the line."},
		"alternatives":         {"Alternatives for those who come too late", "In the mails to those who got nothing, and on pages when the line is full, closed or sold out. Where a language has none, another language's words are shown and said to be so."},
	}
	l := labels[name]
	return l[0], l[1]
}

// PlaceholderMeans says in words what a placeholder becomes.
func PlaceholderMeans(name string) string {
	return map[string]string{
		"title":       "the sale's title",
		"organizer":   "the organizer's name",
		"opens":       "when the form opens",
		"closes":      "when the form closes",
		"first_batch": "when the first mails with links leave",
		"ends":        "when the sale ends",
		"life":        "how long a link is good for",
		"most":        "how many tickets can be bought",
		"number":      "the fan's number",
		"class":       "the fan's class",
		"until":       "when the link is over",
		"clock":       "the same, without the day",
		"code":        "the order's code",
		"tickets":     "how many tickets were bought",
		"total":       "what they cost",
	}[name]
}

// TestMailLabel names one of sale.SampleMails.
func TestMailLabel(name string) string {
	return map[string]string{
		string(sale.MailReceipt):      "Receipt: a place in line",
		string(sale.MailOffer):        "Offer: it is your turn",
		string(sale.MailOrder):        "Order confirmed",
		string(sale.MailCancellation): "Order cancelled",
		string(sale.MailDecline):      "Sold out",
		"decline_over":                "The sale is over",
		string(sale.MailWithdrawn):    "Left the line",
	}[name]
}
