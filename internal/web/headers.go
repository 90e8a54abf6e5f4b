package web

import "net/http"

// policy allows what we serve ourselves and nothing else: no inline script or
// style, no frame, no form to another site.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; " + noWorker + "; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// noWorker is replaced where a page's script has one: see [Workers].
const noWorker = "worker-src 'none'"

// The values are shared between requests and never changed: setting them
// costs nothing on the sign-up path.
var (
	headerPolicy      = []string{policy}
	headerReferrer    = []string{"same-origin"} // not "no-referrer": see setHeaders
	headerNoSniff     = []string{"nosniff"}
	headerDeny        = []string{"DENY"}
	headerSameOrigin  = []string{"same-origin"}
	headerPermissions = []string{"camera=(), microphone=(), geolocation=(), payment=(), usb=()"}
	headerHSTS        = []string{"max-age=31536000"}
)

// setHeaders runs before the handler, which may replace what does not fit.
//
// Other sites are told nothing by "same-origin" either. Under "no-referrer" a
// browser also hides the origin of our own forms ("Origin: null"), and where
// it sends no Sec-Fetch-Site (every browser over plain HTTP, an older one
// anywhere) a fan who buys could not be told from another site.
func setHeaders(h http.Header, https bool) {
	h["Content-Security-Policy"] = headerPolicy
	h["Referrer-Policy"] = headerReferrer
	h["X-Content-Type-Options"] = headerNoSniff
	h["X-Frame-Options"] = headerDeny
	h["Cross-Origin-Opener-Policy"] = headerSameOrigin
	h["Cross-Origin-Resource-Policy"] = headerSameOrigin
	h["Permissions-Policy"] = headerPermissions
	if https {
		h["Strict-Transport-Security"] = headerHSTS
	}
}
