package demo

import (
	"fmt"

	"github.com/inturn/inturn/internal/sale"
)

// Promise is one thing that a sale must keep, in a reader's words, and what
// was seen against it.
type Promise struct {
	Text string   `json:"text"`
	Kept bool     `json:"kept"`
	Seen []string `json:"seen,omitempty"` // what broke it; the first few
}

// mostSeen bounds what is told of one broken promise.
const mostSeen = 10

// promise judges by what was found against it.
func promise(text string, against []string) Promise {
	if len(against) > mostSeen {
		against = append(against[:mostSeen:mostSeen], fmt.Sprintf("and %d more", len(against)-mostSeen))
	}
	return Promise{Text: text, Kept: len(against) == 0, Seen: against}
}

// promises judges the sale. Of one that was stopped before its end, what only
// the end can show is left out.
func (d *demo) promises(r *Report) []Promise {
	all := []Promise{
		promise("Nothing is sold twice, and what fans hold is what the box office sold", soldOnce(r, d.fans)),
		promise("Nobody saw a page or mail that was wrong", seenWrong(d.fans)),
		promise("Mail scanners open every link and change nothing", scannersHarmless(r, d.fans)),
		promise(fmt.Sprintf("All %d checks of the stored data hold, on both sides", r.Verify.Checked), verified(r)),
	}
	if r.Interrupted {
		return all
	}
	return append(all,
		promise("The numbers in line have no gap", dense(r.Line)),
		promise("Everybody who came knows how it ended", everybodyKnows(d.fans)),
		promise("No ticket is left while a fan still wants one", noneStranded(r, d.fans)),
	)
}

// soldOnce compares the fans' order pages with the box office's books.
func soldOnce(r *Report, fans []Fan) (against []string) {
	holder := map[string]int{}
	held := 0
	for _, f := range fans {
		held += len(f.codes)
		for _, code := range f.codes {
			if other, twice := holder[code]; twice {
				against = append(against, fmt.Sprintf("numbers %d and %d hold the same ticket", other, f.Number))
			}
			holder[code] = f.Number
		}
	}
	if r.Sales.Sold > r.Tickets {
		against = append(against, fmt.Sprintf("%d of %d tickets are sold", r.Sales.Sold, r.Tickets))
	}
	// A fan who was stopped in the middle of ordering does not know of it.
	if held > r.Sales.Sold || held < r.Sales.Sold && !r.Interrupted {
		against = append(against, fmt.Sprintf("fans hold %d tickets and the box office sold %d", held, r.Sales.Sold))
	}
	return against
}

func dense(line []Fan) (against []string) {
	for i, f := range line {
		if f.Number != i+1 {
			return []string{fmt.Sprintf("number %d stands where %d should", f.Number, i+1)}
		}
	}
	return nil
}

func seenWrong(fans []Fan) (against []string) {
	for _, f := range fans {
		for _, w := range f.wrong {
			against = append(against, fmt.Sprintf("number %d (%s): %s", f.Number, f.Behaviour.Words(), w))
		}
	}
	return against
}

// scannersHarmless: whoever only lets a scanner open the links has neither an
// order nor given anything back.
func scannersHarmless(r *Report, fans []Fan) (against []string) {
	for _, f := range fans {
		if f.Behaviour == Ignores && (f.Ending == EndBought || f.Ending == EndDeclined || f.Ending == EndWithdrawn) {
			against = append(against, fmt.Sprintf("number %d did nothing, and it ended as %s", f.Number, f.Ending))
		}
	}
	if r.Mails.Total > 0 && r.Mails.Scanned == 0 {
		against = append(against, "no scanner could open a link")
	}
	return against
}

func verified(r *Report) (against []string) {
	for _, p := range r.Verify.Problems {
		against = append(against, fmt.Sprintf("%s, %s", p.Side, p.Problem))
	}
	for _, note := range r.Verify.Notes {
		against = append(against, "not checked: "+note)
	}
	if r.Verify.Checked == 0 {
		against = append(against, "nothing was checked")
	}
	return against
}

// everybodyKnows: everybody saw an end, and has the mails that go with it.
func everybodyKnows(fans []Fan) (against []string) {
	for _, f := range fans {
		switch {
		case f.Ending == EndUnfinished:
			against = append(against, fmt.Sprintf("number %d (%s) never saw the end", f.Number, f.Behaviour.Words()))
		case f.Behaviour == Bounces && len(f.mails) > 0:
			against = append(against, fmt.Sprintf("number %d takes no mail and got some", f.Number))
		case f.order != "" && f.mails[sale.MailOrder] == 0:
			against = append(against, fmt.Sprintf("number %d got no confirmation of order %s", f.Number, f.order))
		}
	}
	return against
}

// noneStranded: tickets may be left only when nobody is left who wants them.
func noneStranded(r *Report, fans []Fan) (against []string) {
	if r.Sales.Left == 0 {
		return nil
	}
	for _, f := range fans {
		if f.Behaviour.Buys() && (f.Ending == EndSoldOut || f.Ending == EndOver || f.Ending == EndUnfinished) {
			against = append(against, fmt.Sprintf("%d tickets are left, and number %d got none", r.Sales.Left, f.Number))
		}
	}
	return against
}
