package templates

import (
	"html/template"
	"io"
	"slices"
	"time"
)

// SetupStep is one step of the guided set-up. State is "", "done" or "wrong".
type SetupStep struct {
	Name, Title, State string
	Number             int
}

// DraftsPage is where a set-up begins, or goes on.
type DraftsPage struct {
	ConsoleFrame
	Drafts []DraftLine
	Wrong  string // what is the matter with the file that was uploaded; empty: nothing
}

// DraftLine is one sale that is being set up.
type DraftLine struct {
	ID      int64
	Step    string // where to go on
	Title   string // empty: none yet
	Changed time.Time
	Zone    string
}

// SetupPage is one step of a set-up.
type SetupPage struct {
	ConsoleFrame
	Draft   int64
	Step    string
	Heading string
	Lead    string
	Steps   []SetupStep
	Wrong   []SetupWrong // those of this step, to begin with
	Groups  []EditGroup
	Next    string // what the button that goes on says
	First   bool   // there is no step before
	Zones   []string
	Money   []string // currencies to choose from

	Languages *SetupLanguages // the step of the event
	Types     *SetupTypes     // the step of tickets
	Caps      *SetupCaps      // the step of places
	Plan      *PlanView       // the step of mails
	Preview   *SetupPreview   // the last step
	File      string          // the text of a draft that is a sale file, which has the last step only
}

// SetupLanguages is the title in every language that there are words in, and
// which of them the sale speaks.
type SetupLanguages struct {
	Titles []EditField // one for each language, which is its one option
	Spoken []string
	Wrong  string
}

// Speaks says whether the sale does.
func (l SetupLanguages) Speaks(lang string) bool { return slices.Contains(l.Spoken, lang) }

// SetupWrong is a mistake with where it is: beside which field, on which step.
type SetupWrong struct{ Field, Label, Message, Step string }

// ID is the field's id.
func (e SetupWrong) ID() string { return EditField{Name: e.Field}.ID() }

// SetupTypes is the table of ticket types, a group of fields each.
type SetupTypes struct {
	Rows []EditGroup
	More bool // there may be more
}

// SetupCaps is where the suggested places come from.
type SetupCaps struct {
	Known               bool // the tickets are
	Capacity, Each      int
	Guaranteed, Standby int // as suggested
	Over                int // tickets beyond what guaranteed fans can take together
	Own                 bool
}

// SetupPreview is the sale as it would be created.
type SetupPreview struct {
	Ready     bool
	Languages []SetupLanguage
	Lang      string
	Rows      []SetupRow
	URL       string // where fans will find it; empty: not known here
}

// SetupLanguage is one in which the pages can be previewed.
type SetupLanguage struct{ Lang, Name string }

// SetupRow is one line of the summary.
type SetupRow struct{ Step, Label, Value string }

// PlanView is a forecast, or why there is none. Nothing is shown of it but
// what is asked for by Assumptions.
type PlanView struct {
	Why         string       // why there is none; empty: there is one
	Missing     []SetupWrong // what has to be right before there can be one
	Figures     []PlanFigure
	Advice      []PlanAdvice
	Chart       template.HTML // figure with its table
	Assumptions []EditGroup
}

// PlanFigure is one answer of a forecast.
type PlanFigure struct{ Label, Value, Note string }

// PlanAdvice is what to know beforehand; Look is what to look at.
type PlanAdvice struct {
	Look bool
	Text string
}

// PlanPage is the plan of a sale that exists.
type PlanPage struct {
	ConsoleFrame
	Plan PlanView
}

// ChecklistPage is what has to be right before a sale opens.
type ChecklistPage struct {
	ConsoleFrame
	Opens     time.Time
	Zone      string
	Open      bool // the form is open, or was
	URL       string
	Done, Of  int
	Items     []ChecklistItem
	Keys      ChecklistKeys
	Doctor    ChecklistDoctor
	Manages   bool
	Examining bool // the doctor can be asked here
}

// ChecklistItem is one thing of it. State is "done", "look" or "wrong".
type ChecklistItem struct {
	State, Title, Text, Do string
	Link, LinkText         string
}

// ChecklistKeys is whether the keys are backed up.
type ChecklistKeys struct {
	ChecklistItem
	Confirmed bool
}

// ChecklistDoctor is what the doctor found, and when.
type ChecklistDoctor struct {
	ChecklistItem
	Asked    bool
	At       time.Time
	Actor    string
	Areas    []ChecklistArea
	Fine     int // findings that are
	Problems int
}

// ChecklistArea is findings under one heading.
type ChecklistArea struct {
	Title    string
	Findings []ChecklistFinding
}

// ChecklistFinding is one of them.
type ChecklistFinding struct {
	Level, Check, Subject, Found, Why, Do string
	Records                               []string
}

// Count counts what is done.
func (p *ChecklistPage) Count() {
	all := append(slices.Clone(p.Items), p.Keys.ChecklistItem, p.Doctor.ChecklistItem)
	p.Of = len(all)
	for _, i := range all {
		if i.State == "done" {
			p.Done++
		}
	}
}

// NewSale renders the page where a set-up begins.
func (t *Templates) NewSale(w io.Writer, d DraftsPage) error { return t.console(w, "newsale", &d) }

// Setup renders a step.
func (t *Templates) Setup(w io.Writer, d SetupPage) error { return t.console(w, "setup", &d) }

// Plan renders the page.
func (t *Templates) Plan(w io.Writer, d PlanPage) error { return t.console(w, "plan", &d) }

// Checklist renders the page.
func (t *Templates) Checklist(w io.Writer, d ChecklistPage) error {
	return t.console(w, "checklist", &d)
}

// Choose previews in a language, if the sale speaks it.
func (p *SetupPreview) Choose(lang string) {
	if slices.ContainsFunc(p.Languages, func(l SetupLanguage) bool { return l.Lang == lang }) {
		p.Lang = lang
	}
}
