package console

import (
	"context"
	"errors"
	"html"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

const (
	steerAt    = "/sales/lakeside-2027/steer"
	settingsAt = "/sales/lakeside-2027/settings"
	fileAt     = "/sales/lakeside-2027/file"
)

var inputs = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// formIn reads the form of a page that confirms: everything hidden in the
// first form behind "confirm".
func formIn(page, begins string) url.Values {
	_, page, _ = strings.Cut(page, begins)
	page, _, _ = strings.Cut(page, "</form>")
	form := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(page, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return form
}

// confirms sends the form of a preview on, with what is typed.
func (b *browser) confirms(at string, preview *httptest.ResponseRecorder, typed string) *httptest.ResponseRecorder {
	b.Helper()
	form := formIn(preview.Body.String(), `class="confirm"`)
	if form.Get(fieldConfirm) == "" {
		b.Fatalf("no form to confirm in\n%s", preview.Body)
	}
	if typed != "" {
		form.Set(fieldTyped, typed)
	}
	return b.post(at, form)
}

// whole is the settings' form as it stands on its page.
func (b *browser) whole() url.Values {
	b.Helper()
	page := b.get(settingsAt).Body.String()
	form := formIn(page, `class="settings"`)
	for _, m := range regexp.MustCompile(`<input type="(?:text|datetime-local)" id="[^"]*" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea id="[^"]*" name="([^"]*)"[^>]*>\n(.*?)</textarea>`).FindAllStringSubmatch(page, -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`<input type="checkbox" id="[^"]*" name="([^"]*)" value="on" checked`).FindAllStringSubmatch(page, -1) {
		form.Set(m[1], "on")
	}
	for _, m := range regexp.MustCompile(`(?s)<select id="[^"]*" name="([^"]*)".*?<option value="([^"]*)" selected>`).FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

func (h *house) inForce() line.Version {
	h.Helper()
	v, err := h.line.Version(h.Context(), "lakeside-2027", 0)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

// join puts people in line.
func (h *house) join(n int) {
	h.Helper()
	for i := range n {
		address := string(rune('a'+i%26)) + strings.Repeat("x", i/26) + "@fans.example"
		if _, err := h.line.SignUp(h.Context(), line.SignUp{Sale: "lakeside-2027", Lang: "en", Address: sale.Address{Typed: address, Canonical: address}}); err != nil {
			h.Fatal(err)
		}
	}
}

// The form with nothing changed is the sale as it is.
func TestSettingsAreTheSale(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	b.want(b.post(settingsAt, b.whole()), 200, "This changes nothing.")
	b.want(b.get(steerAt), 200, "Turn has come up to", "Next batch", "-Resume…", "Pause…", "of 100; 0 offered, 100 available")
}

// What is pressed is shown with what it does, and done when it is confirmed.
func TestActsAreShownAndThenDone(t *testing.T) {
	h := newHouse(t)
	h.join(12)
	b := h.as("manager")
	shown := b.post(steerAt, url.Values{"act": {"pause"}})
	b.want(shown, 200, "From now on nobody is offered anything", "Without this, 10 people would be mailed")
	if st, _ := h.line.Sale(t.Context(), "lakeside-2027"); st.Paused {
		t.Fatal("it is paused before that was confirmed")
	}
	b.want(b.confirms(steerAt, shown, ""), 303)
	if st, _ := h.line.Sale(t.Context(), "lakeside-2027"); !st.Paused {
		t.Fatal("it is not paused")
	}
	b.want(b.get(steerAt), 200, "Done. From now on nobody is offered anything", "none as long as the sale is paused")
	b.want(b.post(steerAt, url.Values{"act": {"pause"}}), 422, "The sale is paused.")

	shown = b.post(steerAt, url.Values{"act": {"resume"}})
	b.want(shown, 200, "This mails 10 people within the next minute.")
	b.want(b.confirms(steerAt, shown, ""), 303)
	shown = b.post(steerAt, url.Values{"act": {"close"}})
	b.want(shown, 200, "The form closes now: nobody else can join. 12 people stay in line, and 12 still wait for an offer.", "registration.closes")
	b.want(b.confirms(steerAt, shown, ""), 303)
	if v := h.inForce(); v.Source != line.FromConsole || v.Actor != "manager@lakeside.example" || !v.Sale.Registration.Closes.Equal(noon) {
		t.Errorf("%+v", v)
	}
	shown = b.post(steerAt, url.Values{"act": {"open"}, "until": {"2027-03-14T12:00"}})
	b.want(shown, 200, "The form opens now, until 12:00 on 14 March.")
	b.want(b.confirms(steerAt, shown, ""), 303)
	b.want(b.post(steerAt, url.Values{"act": {"open"}, "until": {"soon"}}), 422)
	b.want(b.post(steerAt, url.Values{"act": {"sell"}}), 422)
}

// What cannot be undone has to be typed, and the passphrase given again.
func TestStopHasToBeTyped(t *testing.T) {
	h := newHouse(t)
	h.join(3)
	h.at(noon.Add(2 * time.Hour))
	b := h.as("manager")
	h.at(noon.Add(2*time.Hour + grace))
	shown := b.post(steerAt, url.Values{"act": {"stop"}})
	b.want(shown, 200, "The sale ends now. 3 people wait and get no offer any more", "Type <strong>lakeside-2027</strong>")
	b.want(b.confirms(steerAt, shown, ""), 422, "This is not lakeside-2027. Nothing has been done.")
	b.want(b.confirms(steerAt, shown, "lakeside"), 422, "Nothing has been done.")
	asked := b.confirms(steerAt, shown, "lakeside-2027")
	b.want(asked, 403, "passphrase", "Nothing has been done yet")
	if !h.inForce().Sale.Dispatch.Ends.After(h.clock()) {
		t.Fatal("it ended")
	}
	form := formIn(asked.Body.String(), "<form method=\"post\" class=")
	if form.Get(fieldConfirm) == "" {
		form = formIn(asked.Body.String(), `action="`+steerAt)
	}
	form.Set(fieldAgain, passphrase)
	b.want(b.post(steerAt, form), 303)
	if !h.inForce().Sale.Dispatch.Ends.Equal(h.clock()) {
		t.Errorf("it ends %v", h.inForce().Sale.Dispatch.Ends)
	}
}

// The page that is confirmed said what is done: when the sale has moved, it is
// shown anew.
func TestConfirmationOfWhatHasMoved(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	shown := b.post(steerAt, url.Values{"act": {"close"}})
	s := h.inForce().Sale
	s.Dispatch.Batch = 20
	if _, err := h.write(t.Context(), h.box, s, line.Edit{Actor: "bea", Source: line.FromConsole, Base: 1}); err != nil {
		t.Fatal(err)
	}
	again := b.confirms(steerAt, shown, "")
	b.want(again, 409, "The sale has moved since you saw this page")
	b.want(b.confirms(steerAt, again, ""), 303)
	if got := h.inForce().Sale; got.Dispatch.Batch != 20 || !got.Registration.Closes.Equal(noon) {
		t.Errorf("%+v", got.Dispatch)
	}
}

// What nobody could misunderstand is understood, as in a set-up.
func TestSettingsAreMeant(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	form := b.whole()
	if got := form.Get("dispatch.every"); got != "every minute" {
		t.Errorf("the schedule is shown as %q", got)
	}
	form.Set("dispatch.every", "Every 90 seconds")
	form.Set("dispatch.batch", "1,000")
	form.Set("dispatch.link_life", "90 Minutes")
	form.Set("dispatch.ends", "2027-04-02T18:30")
	form.Set("payment", "on_site")
	form.Del("mail.receipt")
	form.Set("tickets.types[0].price", "95,50")
	form.Set("tickets.types[0].title.en", "Friday night")
	shown := b.post(settingsAt, form)
	b.want(shown, 200, "95.50", "<th scope=\"row\">At most in one batch<br><code>dispatch.batch</code></th>", "Ticket type “Friday night”: Price<br><code>tickets.types.fri.price</code>",
		"Ticket type “Friday night”: Title", "<br><code>tickets.types.fri.title.en</code>", "every minute</td>", "every 90 seconds</td>",
		"1 hour 30 minutes</td>", "Fri 2 April 2027, 18:30 CEST</td>", "<td>Free of charge, or settled elsewhere</td><td>At the door</td>", "<td>yes</td><td>no</td>",
		"-90m", "-on_site</td>", "-+02:00")
	b.want(b.confirms(settingsAt, shown, ""), 303)
	if s := h.inForce().Sale; s.Dispatch.Batch != 1000 || s.Dispatch.Every != "@every 90s" || s.Dispatch.LinkLife != 90*time.Minute || s.Tickets.Types[0].Price != 9550 {
		t.Errorf("%+v, %+v", s.Dispatch, s.Tickets.Types[0])
	}
}

// Bad input gets its error beside the field, with what was typed kept.
func TestWrongSettings(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	form := b.whole()
	form.Set("dispatch.batch", "a <lot>")
	form.Set("organizer.imprint", "javascript:alert(1)")
	form.Set("title.en", "Kept <title>")
	form.Set("tickets.types[0].price", "1,505")
	b.want(b.post(settingsAt, form), 422,
		`id="dispatch-batch-wrong">&#34;a &lt;lot&gt;&#34; is not a whole number`, `value="a &lt;lot&gt;"`, `value="Kept &lt;title&gt;"`,
		`id="tickets-types-0-price-wrong">`, `value="1,505"`, "organizer-imprint-wrong", `<a href="#dispatch-batch">At most in one batch</a>`)
	b.want(b.post(steerAt, url.Values{"base": {"1"}, "caps.guaranteed": {"many"}, "caps.standby": {"1"}}), 422, `id="caps-guaranteed-wrong"`, `value="many"`)
	b.want(b.post(settingsAt, url.Values{"dispatch.batch": {"1"}}), 400)
	if v := h.inForce(); v.Sale.Version != 1 {
		t.Errorf("version %d was written", v.Sale.Version)
	}
}

// What is refused is not done by whoever confirms it all the same, and a
// field that no form has changes nothing.
func TestForgedConfirmation(t *testing.T) {
	h := newHouse(t)
	h.join(20)
	b := h.as("manager")
	forged := url.Values{
		"base": {"1"}, fieldConfirm: {"yes"}, shownVersion: {"1"}, shownPeople: {"1000000"}, fieldTyped: {""},
		"caps.guaranteed": {"19"}, "caps.standby": {"75"},
	}
	b.want(b.post(steerAt, forged), 422, "This cannot be done")
	b.want(b.post(settingsAt, url.Values{"base": {"1"}, "slug": {"seaside"}}), 422, "another slug is another sale")
	b.want(b.post(settingsAt, url.Values{"base": {"1"}, "version": {"9"}, "texts.landing.en": {"x"}}), 200, "This changes nothing.")
	b.want(b.post(settingsAt, url.Values{"base": {"9"}, "dispatch.batch": {"9"}}), 404)
	if v := h.inForce(); v.Sale.Version != 1 {
		t.Errorf("version %d was written", v.Sale.Version)
	}
}

// A promise is not broken: the figures say which.
func TestRefusedCap(t *testing.T) {
	h := newHouse(t)
	h.join(20)
	b := h.as("manager")
	b.want(b.post(steerAt, url.Values{"base": {"1"}, "caps.guaranteed": {"26"}, "caps.standby": {"75"}}), 422,
		"26 × 4 = 104 is more than the 100 tickets for sale", "-Do it")
	b.want(b.post(steerAt, url.Values{"base": {"1"}, "caps.guaranteed": {"19"}, "caps.standby": {"75"}}), 422,
		"This cannot be done", "19 is less than the 20 guarantees that are given", "-Do it")
	if _, err := h.box.Reserve(t.Context(), "lakeside-2027", []sale.Ask{{Offer: "a", Most: 4}, {Offer: "b", Most: 4}}); err != nil {
		t.Fatal(err)
	}
	form := b.whole()
	form.Set("tickets.capacity", "7")
	form.Set("caps.guaranteed", "0")
	b.want(b.post(settingsAt, form), 422, "7 is less than the 8 tickets that are sold (0) or offered (8)", "-Do it")
}

// What many are mailed by is typed as a number.
func TestStartWithManyHasToBeTyped(t *testing.T) {
	h := newHouse(t)
	s := h.inForce().Sale
	s.Dispatch.Starts, s.Dispatch.Batch = noon.Add(time.Hour), 500
	s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Tickets.Types[1].Stock = 10_000, 5000, 5000
	s.Caps = sale.Caps{Guaranteed: 2500, Standby: 100}
	if _, err := h.write(t.Context(), h.box, s, line.Edit{Actor: "bea", Source: line.FromConsole, Base: 1}); err != nil {
		t.Fatal(err)
	}
	h.join(300)
	b := h.as("manager")
	shown := b.post(steerAt, url.Values{"act": {"start"}})
	b.want(shown, 200, "This mails 300 people within the next minute", "Type <strong>300</strong>")
	b.want(b.confirms(steerAt, shown, "30"), 422, "This is not 300.")
	b.want(b.confirms(steerAt, shown, "300"), 303)
	if !h.inForce().Sale.Dispatch.Starts.Equal(noon) {
		t.Errorf("it starts %v", h.inForce().Sale.Dispatch.Starts)
	}
}

// Two organizers edit at once: the second sees the first's change, and loses
// nothing of his own.
func TestTwoOrganizersAtOnce(t *testing.T) {
	h := newHouse(t)
	first, second := h.as("manager"), h.as("chief")
	mine, theirs := first.whole(), second.whole()
	mine.Set("dispatch.batch", "20")
	mine.Set("mail.reply_to", "help@lakeside.example")
	first.want(first.confirms(settingsAt, first.post(settingsAt, mine), ""), 303)

	theirs.Set("dispatch.batch", "30")
	theirs.Set("organizer.name", "Lakeside Ltd & Co")
	w := second.post(settingsAt, theirs)
	second.want(w, 409, "manager@lakeside.example wrote it in the console", "was &#34;10&#34;; is &#34;20&#34; now; you typed &#34;30&#34;",
		`value="30"`, `value="Lakeside Ltd &amp; Co"`, `value="help@lakeside.example"`, "Only the other one changed these", `name="base" value="2"`)
	theirs.Set("base", "2")
	theirs.Set("mail.reply_to", "help@lakeside.example")
	shown := second.post(settingsAt, theirs)
	second.want(shown, 200, "mail.reply_to", "-<th scope=\"row\">mail.reply_to")
	second.want(second.confirms(settingsAt, shown, ""), 303)
	got := h.inForce().Sale
	if got.Dispatch.Batch != 30 || got.Mail.ReplyTo != "help@lakeside.example" || got.Organizer.Name != "Lakeside Ltd & Co" || got.Version != 3 {
		t.Errorf("%+v", got)
	}
}

// From the preview one comes back to the form with everything that was typed.
func TestBackFromThePreview(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	form := b.whole()
	form.Set("dispatch.batch", "77")
	page := b.post(settingsAt, form).Body.String()
	b.want(b.post(settingsAt, formIn(page, `class="back"`)), 200, `value="77"`, "-Nothing has been changed yet")
}

// What the venue holds no typo passes, and only an owner changes it.
func TestVenueMaximum(t *testing.T) {
	h := newHouse(t)
	manager, chief := h.as("manager"), h.as("chief")
	set := func(b *browser, most string) *httptest.ResponseRecorder {
		form := b.whole()
		form.Set("tickets.venue_maximum", most)
		return b.post(settingsAt, form)
	}
	manager.want(set(manager, "120"), 422, "is an owner&#39;s to change")
	shown := set(chief, "120")
	chief.want(shown, 200, "What the venue holds changes: from nothing set to 120.")
	h.at(noon.Add(grace))
	chief.want(chief.confirms(settingsAt, shown, ""), 403, "passphrase")
	chief = h.as("chief")
	chief.want(chief.confirms(settingsAt, set(chief, "120"), ""), 303)
	form := manager.whole()
	form.Set("tickets.capacity", "")
	form.Set("tickets.types[0].stock", "400")
	manager.want(manager.post(settingsAt, form), 422, "400 is more than the 120 that the venue holds")
	file := strings.Replace(string(salefile.Format(h.inForce().Sale)), "venue_maximum: 120", "venue_maximum: 500", 1)
	manager.want(manager.post(fileAt, url.Values{"file": {file}}), 422, "is an owner&#39;s to change", "-Do it")
}

// gone is a box office that cannot be reached.
type gone struct{ BoxOffice }

func (gone) Stock(context.Context, string) (sale.Stock, error) {
	return sale.Stock{}, errors.New("no route to host")
}

// Without the box office a change is kept and brought to it later, and the
// page says so; what it then refuses is said with its numbers.
func TestWithoutTheBoxOffice(t *testing.T) {
	var answer func(context.Context, BoxOffice, sale.Sale, line.Edit) (string, error)
	h := newHouse(t, func(o *Options) {
		o.BoxOffice, o.Logger = gone{o.BoxOffice}, slog.New(slog.DiscardHandler)
		o.Sales.Write = func(ctx context.Context, box BoxOffice, s sale.Sale, e line.Edit) (string, error) {
			return answer(ctx, box, s, e)
		}
	})
	b := h.as("manager")
	b.want(b.get(steerAt), 200, "The box office cannot be reached.", "-Tickets sold")
	answer = func(ctx context.Context, _ BoxOffice, s sale.Sale, e line.Edit) (string, error) {
		_, err := h.line.Write(ctx, s, e)
		return "it does not answer", err
	}
	shown := b.post(steerAt, url.Values{"act": {"close"}})
	b.want(b.confirms(steerAt, shown, ""), 303)
	b.want(b.get(steerAt), 200, "The box office does not have it yet: it does not answer.", "The newest version is pending")

	answer = func(context.Context, BoxOffice, sale.Sale, line.Edit) (string, error) {
		return "", &sale.Error{Code: sale.CodeCutBelow, Fields: []sale.FieldError{{Field: "tickets.capacity", Message: "60 is less than the 80 tickets that are sold"}}}
	}
	shown = b.post(steerAt, url.Values{"base": {"2"}, "dispatch.batch": {"5"}})
	b.want(b.confirms(steerAt, shown, ""), 409, "This cannot be done", "60 is less than the 80 tickets that are sold")

	// Somebody was quicker, in the very last moment.
	answer = h.write
	raced := h.inForce().Sale
	raced.Dispatch.Batch = 6
	answer = func(ctx context.Context, _ BoxOffice, s sale.Sale, e line.Edit) (string, error) {
		if _, err := h.line.Write(ctx, raced, line.Edit{Actor: "bea", Source: line.FromConsole, Base: 2}); err != nil {
			return "", err
		}
		_, err := h.line.Write(ctx, s, e)
		return "", err
	}
	b.want(b.confirms(steerAt, shown, ""), 409, "is &#34;6&#34; now; you typed &#34;5&#34;")
}

// An upload that somebody was quicker than, in the very last moment, is shown
// again over what is in force by then; the file is not lost.
func TestUploadInTheLastMoment(t *testing.T) {
	var h *house
	raced := false
	h = newHouse(t, func(o *Options) {
		write := o.Sales.Write
		o.Sales.Write = func(ctx context.Context, box BoxOffice, s sale.Sale, e line.Edit) (string, error) {
			if !raced {
				raced = true
				quicker := h.inForce().Sale
				quicker.Dispatch.Batch = 6
				if _, err := h.line.Write(ctx, quicker, line.Edit{Actor: "bea", Source: line.FromConsole, Base: 1}); err != nil {
					return "", err
				}
			}
			return write(ctx, box, s, e)
		}
	})
	b := h.as("manager")
	file := b.get(fileAt + "/download").Body.String()
	w := b.confirms(fileAt, b.upload(fileAt, strings.Replace(file, "batch: 10", "batch: 12", 1)), "")
	b.want(w, 200, "Type <strong>lakeside-2027</strong>", "version 2 is newer: bea wrote it", "batch: 12")
	b.want(b.confirms(fileAt, w, "lakeside-2027"), 303)
	if v := h.inForce(); v.Sale.Dispatch.Batch != 12 || v.Sale.Version != 3 {
		t.Errorf("%+v", v.Sale.Dispatch)
	}
}
