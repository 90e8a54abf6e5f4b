package web

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// OwnPages stands for this very site among those that [FramedBy] names.
const OwnPages = "'self'"

// FramedBy lets sites show the answer in a frame: those of these origins and
// no others. Without any, nobody may, as everywhere else. Origins are as a
// browser writes them, validated by whoever stored them.
func FramedBy(c echo.Context, origins ...string) {
	if len(origins) == 0 {
		return
	}
	h := c.Response().Header()
	const nobody = "frame-ancestors 'none'"
	h.Set("Content-Security-Policy", strings.Replace(policy, nobody, "frame-ancestors "+strings.Join(origins, " "), 1))
	// X-Frame-Options knows no list. Every browser that runs our scripts goes
	// by the policy and overlooks it; the others would refuse the frame.
	h.Del("X-Frame-Options")
	if len(origins) == 1 && origins[0] == OwnPages {
		h.Set("X-Frame-Options", "SAMEORIGIN")
	}
}

// Frames lets the answer show pages of this site in frames.
func Frames(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", policy+"; frame-src 'self'")
}
