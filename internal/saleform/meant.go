package saleform

import (
	"regexp"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

var (
	grouped = regexp.MustCompile(`^\d{1,3}(?:[ ,.'’\x{00a0}\x{202f}]\d{3})+$`)
	priced  = regexp.MustCompile(`^(\d{1,3}(?:[ .'’\x{00a0}\x{202f}]\d{3})+),(\d{2})$|^(\d{1,3}(?:[ ,'’\x{00a0}\x{202f}]\d{3})+)\.(\d{2})$`)
	comma   = regexp.MustCompile(`^(\d+),(\d{1,2})$`)
	counts  = regexp.MustCompile(`^(tickets\.(max_per_fan|capacity|venue_maximum)|caps\..*|dispatch\.batch|tickets\.types\[\d+\]\.stock)$`)
	prices  = regexp.MustCompile(`^tickets\.types\[\d+\]\.price$`)
)

// Meant is what somebody means who typed a value, as far as nobody could mean
// anything else: a count without its separators, a price with a point, a
// currency in capitals, "every 5 minutes" and "1 hour" as a sale file has them.
// What it does not understand is left as it was typed.
func Meant(name, typed string) string {
	value := strings.TrimSpace(typed)
	switch {
	case counts.MatchString(name) && grouped.MatchString(value):
		return digitsOf(value)
	case prices.MatchString(name) && priced.MatchString(value):
		return digitsOf(value[:len(value)-3]) + "." + value[len(value)-2:]
	case prices.MatchString(name) && comma.MatchString(value):
		return comma.ReplaceAllString(value, "$1.$2")
	case name == "dispatch.every":
		schedule, _ := sale.ReadOften(typed)
		return schedule
	case name == "dispatch.link_life":
		return sale.ReadLife(typed)
	case name == "currency":
		return strings.ToUpper(value)
	}
	return typed
}

func (v Values) meant() Values {
	all := make(Values, len(v))
	for name, typed := range v {
		all[name] = Meant(name, typed)
	}
	return all
}

func digitsOf(value string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, value)
}
