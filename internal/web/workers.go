package web

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// Workers lets the answer's script run beside the page, in a worker whose
// script is one of our own files. It leaves what [FramedBy] has said.
func Workers(c echo.Context) {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), noWorker, "worker-src 'self'", 1))
}
