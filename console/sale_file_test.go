package console

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

func (b *browser) upload(path, text string) *httptest.ResponseRecorder {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "sale.yaml")
	if err == nil {
		_, err = part.Write([]byte(text))
	}
	if err := errors.Join(err, m.Close()); err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "https://console.example"+path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// The file that is downloaded is the sale, and uploaded it is written like one
// that is applied; the command line then hears of it.
func TestSaleFile(t *testing.T) {
	h := newHouse(t)
	b, viewer := h.as("manager"), h.as("viewer")
	w := viewer.get(fileAt + "/download")
	viewer.want(w, 200, "version: 1", "slug: lakeside-2027")
	if got := w.Header().Get("Content-Disposition"); got != "attachment; filename=lakeside-2027-version-1.yaml" {
		t.Error(got)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q: an older version may be taken for the newest", got)
	}
	file := w.Body.String()
	read, err := salefile.Read([]byte(file), nil, nil)
	if err != nil || read.Version != 1 {
		t.Fatal(read.Version, err)
	}
	viewer.want(viewer.get(fileAt), 200, "Download version 1", "-Upload", "-"+steerAt, "-"+settingsAt)
	b.want(b.get(fileAt), 200, "Upload")
	b.want(b.upload(fileAt, file), 200, "This changes nothing.")
	b.want(b.upload(fileAt, ""), 422, "the file is empty")
	b.want(b.upload(fileAt, strings.Replace(file, "batch: 10", "batch: ten", 1)), 422, "line ", "is not a whole number", "batch: ten")
	b.want(b.upload(fileAt, strings.Replace(file, "slug: lakeside-2027", "slug: seaside", 1)), 422, "The file is about &#34;seaside&#34;")

	changed := strings.Replace(file, "batch: 10", "batch: 12", 1)
	shown := b.upload(fileAt, changed)
	b.want(shown, 200, "dispatch.batch", "mails", "-Type")
	b.want(b.confirms(fileAt, shown, ""), 303)
	if v := h.inForce(); v.Sale.Dispatch.Batch != 12 || v.Source != line.FromConsole {
		t.Errorf("%+v", v)
	}
	// The first file again: it was made from version 1.
	older := b.upload(fileAt, strings.Replace(file, "batch: 10", "batch: 11", 1))
	b.want(older, 200, "Type <strong>lakeside-2027</strong>", "made from version 1, and version 2 is newer: manager@lakeside.example wrote it in the console")
	read.Sale.Dispatch.Batch = 11
	if _, err := h.line.Write(t.Context(), read.Sale, line.Edit{Actor: "cli:ann", Source: line.FromFile}); sale.CodeOf(err) != sale.CodeSaleChanged {
		t.Errorf("an older file at the command line: %v", err)
	}
	b.want(b.confirms(fileAt, older, "lakeside-2027"), 303)
	if v := h.inForce(); v.Sale.Dispatch.Batch != 11 {
		t.Errorf("batch %d", v.Sale.Dispatch.Batch)
	}
}
