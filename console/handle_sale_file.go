package console

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
	"github.com/inturn/inturn/internal/steering"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleSaleFile shows how a sale is downloaded and uploaded as a file.
func (s *Server) handleSaleFile(c echo.Context) error {
	return s.saleFilePage(c, http.StatusOK, "", nil)
}

// handleDownload gives the newest version as the file that `sale apply` takes.
func (s *Server) handleDownload(c echo.Context) error {
	v, err := s.line.Version(c.Request().Context(), s.sale(c).Sale.Slug, 0)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-version-%d.yaml", v.Sale.Slug, v.Sale.Version)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	c.Response().Header().Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return c.Blob(http.StatusOK, "application/yaml; charset=utf-8", salefile.Format(v.Sale))
}

// handleUpload takes a sale file: first it shows what that changes, and when
// that is confirmed, it does it.
func (s *Server) handleUpload(c echo.Context) error {
	form, err := uploaded(c)
	if err != nil {
		return err
	}
	text := form.Get(fieldFile)
	read, err := s.readSaleFile(text)
	slug := s.sale(c).Sale.Slug
	if err == nil && read.Sale.Slug != slug {
		err = sale.E(sale.CodeInvalid, "The file is about %q, and this is %q.", read.Sale.Slug, slug)
	}
	if err != nil {
		return s.saleFilePage(c, http.StatusUnprocessableEntity, text, err)
	}
	ch, err := s.stand(c.Request().Context(), slug)
	if err != nil {
		return err
	}
	read.Sale.Version = ch.now.Sale.Version
	ch.look(steering.Next{Sale: read.Sale, Paused: ch.now.Paused}, s.o.Sales.NextMoments)
	if ch.effect.Venue && !s.owns(c) {
		ch.effect.Refused = append(ch.effect.Refused, sale.FieldError{Field: "tickets.venue_maximum", Message: "is an owner's to change"})
	}
	ch.older(read.Version)
	return s.confirmed(c, ch, form)
}

// readSaleFile reads a file as `sale apply` does, but for pictures beside it:
// a browser sends the file alone.
func (s *Server) readSaleFile(text string) (salefile.File, error) {
	read, err := salefile.Read([]byte(text), nil, s.o.Sales.CheckSchedule)
	if err != nil {
		return salefile.File{}, err
	}
	return read, s.o.Sales.CheckSale(read.Sale)
}

// older has a file that was made from an older version confirmed by the sale's
// own name: it takes back what was changed since.
func (ch *change) older(made int64) {
	newest := ch.standing.Newest
	if made == 0 || made == newest.Sale.Version || len(ch.effect.Changes) == 0 {
		return
	}
	why := fmt.Sprintf("the file was made from version %d, and version %d is newer: %s. What that changed is taken back", made, newest.Sale.Version, newest.By())
	if w := ch.effect.Confirm.Why; w != "" {
		why += "; " + w
	}
	ch.effect.Confirm = steering.Confirm{Word: newest.Sale.Slug, Why: why}
}

// uploaded reads a file that was chosen, or the text of one that is carried on.
func uploaded(c echo.Context) (url.Values, error) {
	if !strings.HasPrefix(c.Request().Header.Get(echo.HeaderContentType), echo.MIMEMultipartForm) {
		return web.Form(c)
	}
	header, err := c.FormFile(fieldFile)
	if err != nil {
		if e := web.Known(err); e.Code == sale.CodeTooLarge {
			return nil, e
		}
		return url.Values{}, nil // no file was chosen: an empty one says so
	}
	f, err := header.Open()
	if err != nil {
		return nil, fmt.Errorf("read the uploaded file: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(f, maxBody)); err != nil {
		return nil, fmt.Errorf("read the uploaded file: %w", err)
	}
	return url.Values{fieldFile: {b.String()}}, nil
}

func (s *Server) saleFilePage(c echo.Context, status int, text string, wrong error) error {
	var v line.Version
	v, err := s.line.Version(c.Request().Context(), s.sale(c).Sale.Slug, 0)
	if err != nil {
		return err
	}
	p := templates.SaleFilePage{
		ConsoleFrame: s.frame(c, "Sale file", "file"), Version: v.Sale.Version, By: v.By(),
		Manages: s.visitor(c).role.May(sale.RoleManager), Text: text,
	}
	if wrong != nil {
		e := web.Known(wrong)
		if e.Code == sale.CodeInternal {
			return wrong
		}
		p.Message, p.Wrong = e.Message, e.Fields
	}
	return web.Page(c, status, func(w io.Writer) error { return s.pages.SaleFile(w, p) })
}

// over is the version that a confirmed upload may replace: the one that was
// shown.
func over(form url.Values) int64 {
	if !form.Has(fieldFile) {
		return 0
	}
	n, _ := strconv.ParseInt(form.Get(shownVersion), 10, 64) // 0 is none
	return n
}
