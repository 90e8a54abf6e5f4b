package main

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/export"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func TestDoorList(t *testing.T) {
	at := time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)
	row := newDoorRow(line.DoorRow{Number: 7, Address: "=cmd@evil.example", Order: sale.Order{
		Code: "AXEP-XJMV", State: sale.OrderConfirmed, Currency: "CHF", Total: 27500, At: at,
		Tickets: []sale.Ticket{{Type: "fri"}, {Type: "sat"}, {Type: "fri"}},
	}})
	var b strings.Builder
	if err := writeDoorList(&b, []doorRow{row}); err != nil {
		t.Fatal(err)
	}
	want := "code,tickets,amount,address,currency,types,number,state,at\n" +
		`AXEP-XJMV,3,275.00,'=cmd@evil.example,CHF,"2 fri, 1 sat",7,confirmed,2027-03-12T11:00:00Z` + "\n"
	if b.String() != want {
		t.Errorf("got  %s\nwant %s", b.String(), want)
	}
}

// TestFormulaSafe: no cell may become a formula in the organizer's
// spreadsheet (OWASP, CSV injection).
func TestFormulaSafe(t *testing.T) {
	for _, cell := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"} {
		if got := export.FormulaSafe(cell); got != "'"+cell {
			t.Errorf("FormulaSafe(%q) = %q", cell, got)
		}
	}
	for _, cell := range []string{"", "ann@fans.example", "10.00", "a=b"} {
		if got := export.FormulaSafe(cell); got != cell {
			t.Errorf("FormulaSafe(%q) = %q", cell, got)
		}
	}
}
