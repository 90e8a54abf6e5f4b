package web

import (
	"bufio"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"
)

// downloadBuffer is what is collected before it is handed over.
const downloadBuffer = 64 << 10

// Download answers with a file that is written as it is read, however long
// that takes: for routes that Options.Streams names. When write fails, the
// connection is cut, so that nobody takes a part for the whole: in HTTP/1.1
// the last chunk is missing, in HTTP/2 the stream is reset. Why, write has to
// log itself. The name is our own and needs no quoting.
func Download(c echo.Context, name, contentType string, write func(io.Writer) error) error {
	s, err := open(c)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	b := bufio.NewWriterSize(s, downloadBuffer)
	if err = write(b); err == nil {
		err = b.Flush()
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// Write hands a part over; see Send.
func (s *Stream) Write(part []byte) (int, error) {
	if err := s.Send(part); err != nil {
		return 0, err
	}
	return len(part), nil
}
