package sale

import "strings"

// mailRule is what is known of a provider's mailboxes. Every provider here
// delivers name+anything to name, as its own documentation says.
type mailRule struct {
	domain     string // the one domain its mailboxes are known by; empty: as typed
	ignoreDots bool
}

// plusOnly is the rule of most providers with sub-addresses.
var plusOnly = mailRule{}

// ruleOf gives what is known of the mailboxes of a domain. Domains that are
// not listed are compared as they are: joining two people's addresses would
// keep one of them out, and is worse than letting one person in twice.
func ruleOf(domain string) (mailRule, bool) {
	switch domain {
	case "gmail.com", "googlemail.com":
		return mailRule{domain: "gmail.com", ignoreDots: true}, true
	case // Microsoft
		"outlook.com", "outlook.at", "outlook.be", "outlook.de", "outlook.dk", "outlook.es", "outlook.fr",
		"outlook.ie", "outlook.it", "outlook.pt", "outlook.co.id", "outlook.co.th", "outlook.com.au",
		"outlook.com.br", "outlook.jp",
		"hotmail.com", "hotmail.at", "hotmail.be", "hotmail.ch", "hotmail.co.uk", "hotmail.de", "hotmail.es",
		"hotmail.fr", "hotmail.it", "hotmail.nl", "hotmail.se",
		"live.com", "live.at", "live.be", "live.ca", "live.co.uk", "live.com.au", "live.de", "live.dk", "live.fr",
		"live.ie", "live.it", "live.nl", "live.no", "live.se", "msn.com",
		// Apple
		"icloud.com", "me.com", "mac.com",
		// Fastmail
		"fastmail.com", "fastmail.fm", "fastmail.de", "fastmail.co.uk", "fastmail.net", "fastmail.org",
		// Proton
		"proton.me", "protonmail.com", "protonmail.ch", "pm.me",
		// Others
		"hey.com", "mailbox.org", "posteo.ch", "posteo.de", "posteo.net", "runbox.com",
		"zoho.com", "zohomail.com", "zohomail.eu":
		return plusOnly, true
	}
	return mailRule{}, false
}

// canonical gives the form by which addresses are compared; domain is
// lower-case ASCII already. Where a rule would leave nothing, or nothing
// valid, the local part stays as it is: the result is always an address.
func canonical(local, domain string) string {
	local = lowerASCII(local)
	rule, known := ruleOf(domain)
	if !known {
		return local + "@" + domain
	}
	if rule.domain != "" {
		domain = rule.domain
	}
	base, _, _ := strings.Cut(local, "+")
	if rule.ignoreDots {
		base = strings.ReplaceAll(base, ".", "")
	}
	if isDotAtom(base) {
		local = base
	}
	return local + "@" + domain
}
