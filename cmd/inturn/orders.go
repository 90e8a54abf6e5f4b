package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/export"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

type ordersCommand struct {
	Slug   string `arg:"" help:"The sale."`
	CSV    bool   `name:"csv" xor:"format" help:"Print CSV (the default)."`
	JSON   bool   `name:"json" xor:"format" help:"Print JSON."`
	All    bool   `help:"Cancelled orders too."`
	Cancel string `placeholder:"CODE" help:"Cancel this order: its tickets are void and go to the next in line."`
	Reason string `help:"Why it is cancelled, for the audit trail."`
}

// doorRow is one order as the door needs it.
type doorRow struct {
	Code     string          `json:"code"`
	State    sale.OrderState `json:"state"`
	Tickets  []doorTicket    `json:"tickets"`
	Amount   string          `json:"amount"`
	Currency string          `json:"currency"`
	Number   int             `json:"number,omitempty"`
	Address  string          `json:"address"`
	At       time.Time       `json:"at"`

	types string // of the tickets, counted
}

func (c *ordersCommand) Run(s *session) error {
	if c.Cancel != "" {
		return c.cancel(s)
	}
	if c.Reason != "" {
		return fmt.Errorf("%w: --reason goes with --cancel", errUsage)
	}
	parts, err := s.parts()
	if err != nil {
		return err
	}
	defer parts.Close()
	if !parts.HasLine() && !parts.HasBoxOffice() {
		return errors.New("there is no database here; is --data (INTURN_DATA) the right directory?")
	}
	list, notes, err := parts.DoorList(s.ctx, c.Slug)
	if err != nil {
		return err
	}
	for _, note := range notes {
		s.notef("%s", note)
	}
	rows := []doorRow{}
	for _, r := range list {
		if c.All || r.Order.State == sale.OrderConfirmed {
			rows = append(rows, newDoorRow(r))
		}
	}
	if c.JSON {
		return s.printJSON(rows)
	}
	return writeDoorList(s.stdout, rows)
}

func (c *ordersCommand) cancel(s *session) error {
	if strings.TrimSpace(c.Reason) == "" {
		return fmt.Errorf("%w: --cancel needs --reason", errUsage)
	}
	parts, err := s.parts()
	if err != nil {
		return err
	}
	defer parts.Close()
	if !parts.HasBoxOffice() {
		return errors.New("orders are cancelled on the machine that has the box office's database")
	}
	b, err := parts.BoxOffice(s.ctx)
	if err != nil {
		return err
	}
	order, err := b.Cancel(s.ctx, c.Slug, c.Cancel, c.Reason)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.printJSON(newDoorRow(line.DoorRow{Order: order}))
	}
	s.printf("Order %s is cancelled; its tickets are void (%d), and go to the next in line.\n", order.Code, len(order.Tickets))
	return nil
}

// doorTicket is one ticket of an order; its price is a decimal like Amount.
type doorTicket struct {
	Code  string    `json:"code"`
	Type  string    `json:"type"`
	Title sale.Text `json:"title"`
	Price string    `json:"price"`
}

func newDoorRow(r line.DoorRow) doorRow {
	row := doorRow{
		Code: r.Order.Code, State: r.Order.State, Tickets: []doorTicket{},
		Amount: sale.FormatPrice(r.Order.Total, r.Order.Currency), Currency: r.Order.Currency,
		Number: r.Number, Address: r.Address, At: r.Order.At, types: r.Order.TypesInWords(),
	}
	for _, t := range r.Order.Tickets {
		row.Tickets = append(row.Tickets, doorTicket{Code: t.Code, Type: t.Type, Title: t.Title, Price: sale.FormatPrice(t.Price, r.Order.Currency)})
	}
	return row
}

// writeDoorList writes one line for each order. Tickets is their count; which
// ones they are stands in types.
func writeDoorList(w io.Writer, rows []doorRow) error {
	out := csv.NewWriter(w)
	out.Write([]string{"code", "tickets", "amount", "address", "currency", "types", "number", "state", "at"}) //nolint:errcheck // Flush keeps the first error
	for _, r := range rows {
		cells := []string{
			r.Code, strconv.Itoa(len(r.Tickets)), r.Amount, r.Address, r.Currency, r.types,
			strconv.Itoa(r.Number), string(r.State), r.At.UTC().Format(time.RFC3339),
		}
		for i := range cells {
			cells[i] = export.FormulaSafe(cells[i])
		}
		out.Write(cells) //nolint:errcheck // Flush keeps the first error
	}
	out.Flush()
	return out.Error()
}
