package console

import (
	"net/http"

	"github.com/inturn/inturn/internal/mailbox"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// permission is what a route needs of whoever asks for it.
type permission string

const (
	anyone     permission = "anyone"     // nobody is asked who they are
	signedIn   permission = "signed in"  // any organizer
	viewer     permission = "viewer"     // of the sale in the path, or more
	manager    permission = "manager"    // of the sale in the path, or more
	owner      permission = "owner"      // of the sale in the path
	everything permission = "everything" // an owner of the whole installation
)

// role is what a permission means on a sale; ok is false for one that is not
// about a sale.
func (p permission) role() (r sale.Role, ok bool) {
	switch p {
	case viewer:
		return sale.RoleViewer, true
	case manager:
		return sale.RoleManager, true
	case owner:
		return sale.RoleOwner, true
	}
	return sale.RoleNone, false
}

// route is one row of the table. A path about a sale has it as :sale.
type route struct {
	method, path string
	needs        permission
	again        bool // the passphrase was asked for again a moment ago
	handle       handler
}

// routes is the table of everything that the console answers, but for health
// and static files, which every listener has.
func (s *Server) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	all := []route{
		{get, "/metrics", anyone, false, s.handleMetrics},

		// Getting in.
		{get, "/owner/:token", anyone, false, s.handleOwner},
		{post, "/owner/:token", anyone, false, s.handleTakeOwnership},
		{get, "/signin", anyone, false, s.handleSignIn},
		{post, "/signin", anyone, false, s.handleSignInPost},
		{get, "/signin/code", anyone, false, s.handleCode},
		{post, "/signin/code", anyone, false, s.handleCodePost},
		{get, "/reset/:token", anyone, false, s.handleReset},
		{post, "/reset/:token", anyone, false, s.handleResetPost},
		{get, "/invitation/:token", anyone, false, s.handleInvitation},
		{post, "/invitation/:token", anyone, false, s.handleInvitationPost},
		{post, "/signout", signedIn, false, s.handleSignOut},
		{get, "/again", signedIn, false, s.handleAgain},
		{post, "/again", signedIn, false, s.handleAgainPost},
		{get, "/account", signedIn, false, s.handleAccount},
		{post, "/account/passphrase", signedIn, false, s.handlePassphrase},
		{post, "/account/everywhere", signedIn, false, s.handleEverywhere},
		{post, "/account/session", signedIn, false, s.handleEndSession},
		{get, "/account/factor", signedIn, true, s.handleFactor},
		{post, "/account/factor", signedIn, true, s.handleFactorPost},
		{post, "/account/factor/remove", signedIn, true, s.handleFactorRemove},
		{post, "/account/recovery", signedIn, true, s.handleRecovery},

		// People.
		{get, "/people", everything, false, s.handlePeople},
		{post, "/people/invite", everything, true, s.handleInvite},
		{post, "/people/invitation/link", everything, true, s.handleInvitationLink},
		{post, "/people/invitation/withdraw", everything, false, s.handleWithdrawInvitation},
		{post, "/people/:id/everything", everything, true, s.handleEverything},
		{post, "/people/:id/reset", everything, true, s.handleResetLink},
		{post, "/people/:id/remove", everything, true, s.handleRemove},
		{get, "/sales/:sale/people", owner, false, s.handlePeople},
		{post, "/sales/:sale/people/invite", owner, true, s.handleInvite},
		{post, "/sales/:sale/people/invitation/link", owner, true, s.handleInvitationLink},
		{post, "/sales/:sale/people/invitation/withdraw", owner, false, s.handleWithdrawInvitation},
		{post, "/sales/:sale/people/:id/role", owner, true, s.handleRole},

		// Sales.
		{get, "/", signedIn, false, s.handleSales},

		// Watch.
		{get, "/sales/:sale", viewer, false, s.handleWatch},
		{get, "/sales/:sale/live", viewer, false, s.handleLive},
		{get, "/sales/:sale/report", viewer, false, s.handleReport},

		// Setting up.
		{get, "/sales/new", everything, false, s.handleNewSale},
		{post, "/sales/new", everything, false, s.handleBeginSetup},
		{post, "/sales/new/file", everything, false, s.handleBeginFile},
		{get, brandRoute, everything, false, s.handleDraftBrand},
		{get, "/sales/new/:draft/:step", everything, false, s.handleSetup},
		{post, "/sales/new/:draft/:step", everything, false, s.handleSetupPost},
		{post, "/sales/new/:draft/discard", everything, false, s.handleDiscardSetup},
		{get, "/sales/new/:draft/landing/:lang/preview", everything, false, s.handleSetupLanding},
		{get, "/sales/:sale/plan", viewer, false, s.handlePlan},
		{get, "/sales/:sale/checklist", viewer, false, s.handleChecklist},
		{post, "/sales/:sale/checklist/doctor", manager, false, s.handleExamine},
		{post, "/sales/:sale/checklist/keys", manager, false, s.handleBackedUp},

		// Texts of pages and mails, and a test mail to oneself.
		{get, "/sales/:sale/texts", viewer, false, s.handleTexts},
		{get, "/sales/:sale/texts/:text/:lang", viewer, false, s.handleText},
		{post, "/sales/:sale/texts/:text/:lang", manager, false, s.handleTextSave},
		{get, "/sales/:sale/texts/:text/:lang/preview", viewer, false, s.handleTextPreview},
		{post, "/sales/:sale/texts/:text/:lang/preview", manager, false, s.handleTextPreview},
		{get, "/sales/:sale/test-mail", manager, false, s.handleTestMail},
		{post, "/sales/:sale/test-mail", manager, false, s.handleTestMailPost},
		{get, templates.BrandPath + ":sale/:file", viewer, false, s.handleBrand},
		// One fan.
		{get, "/sales/:sale/fans", viewer, false, s.handleFans},
		{post, "/sales/:sale/fans", viewer, false, s.handleFindFan},
		{get, "/sales/:sale/fans/:number", viewer, false, s.handleFan},
		{post, "/sales/:sale/fans/:number/resend", manager, false, s.doFor("resend")},
		{post, "/sales/:sale/fans/:number/correct", manager, false, s.doFor("correct")},
		{post, "/sales/:sale/fans/:number/withdraw", manager, false, s.doFor("withdraw")},
		{post, "/sales/:sale/fans/:number/export", manager, false, s.handleExportFan},
		{get, "/sales/:sale/fans/:number/void", manager, false, s.askFor("void")},
		{post, "/sales/:sale/fans/:number/void", manager, true, s.doFor("void")},
		{get, "/sales/:sale/fans/:number/cancel", manager, false, s.askFor("cancel")},
		{post, "/sales/:sale/fans/:number/cancel", manager, true, s.doFor("cancel")},
		{get, "/sales/:sale/fans/:number/erase", manager, false, s.askFor("erase")},
		{post, "/sales/:sale/fans/:number/erase", manager, true, s.doFor("erase")},
		{get, "/sales/:sale/history", viewer, false, s.handleHistory},

		// Taking data out. A viewer gets it without addresses.
		{get, "/sales/:sale/export", viewer, false, s.handleExports},
		{get, "/sales/:sale/export/:what", viewer, false, s.handleExport},

		// Steer. What needs the passphrase again shows when it is looked at.
		{get, "/sales/:sale/steer", manager, false, s.handleSteer},
		{post, "/sales/:sale/steer", manager, false, s.handleChange},
		{get, "/sales/:sale/freeze", viewer, false, s.handleFreezes},
		{post, "/sales/:sale/freeze", manager, false, s.handleFreeze}, // an incident leaves no time for a passphrase
		{post, "/sales/:sale/freeze/release", manager, false, s.handleRelease},
		{get, "/sales/:sale/settings", manager, false, s.handleSettings},
		{post, "/sales/:sale/settings", manager, false, s.handleChange},
		{get, "/sales/:sale/file", viewer, false, s.handleSaleFile},
		{get, "/sales/:sale/file/download", viewer, false, s.handleDownload},
		{post, "/sales/:sale/file", manager, false, s.handleUpload},
	}
	if s.o.Mailbox == nil {
		return all
	}
	sees := everything
	if s.o.Private {
		sees = anyone
	}
	for path, handle := range s.o.Mailbox.Handlers(s.web, s.o.Templates) {
		all = append(all, route{get, mailbox.Path + path, sees, false, handle})
	}
	return all
}
