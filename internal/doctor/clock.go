package doctor

import (
	"fmt"
	"time"
)

// How far a clock may be off. An offer's end is compared on two machines, and
// signatures and certificates have times too.
const (
	mostOff = 2 * time.Second
	farOff  = 30 * time.Second
)

const whyClock = "The clock decides when a form opens and when an hour is over; a wrong one opens too early or cuts hours short, and machines that disagree keep tickets back."

// clock compares ours with those that were read on the way.
func (d *Doctor) clock(times []reading) []Finding {
	a := about{AreaClock, "clock", "this machine"}
	synced, known := d.o.Synced()
	var all []Finding
	others := 0
	for _, r := range times {
		off := r.off()
		words := fmt.Sprintf("%s behind %s", off.Round(time.Second), r.source)
		if off < 0 {
			words = fmt.Sprintf("%s ahead of %s", (-off).Round(time.Second), r.source)
		}
		switch {
		case off.Abs() > farOff:
			all = append(all, a.fail(words, whyClock, "Switch on NTP on both machines: timedatectl set-ntp true, or chrony."))
		case off.Abs() > mostOff:
			all = append(all, a.warn(words, whyClock, "Switch on NTP on both machines: timedatectl set-ntp true, or chrony."))
		case !r.here:
			others++
		}
	}
	switch {
	case len(all) > 0:
	case known && !synced:
		all = append(all, a.warn("the system says that its clock is not synchronised", whyClock, "Switch on NTP: timedatectl set-ntp true, or chrony."))
	case others == 1:
		all = append(all, a.ok(fmt.Sprintf("agrees with 1 other clock to within %s", mostOff)))
	case others > 1:
		all = append(all, a.ok(fmt.Sprintf("agrees with %d other clocks to within %s", others, mostOff)))
	case known:
		all = append(all, a.ok("the system says that its clock is synchronised"))
	default:
		all = append(all, a.warn("there was no other clock to compare it with", whyClock, "Make sure that NTP is on: timedatectl."))
	}
	return all
}

// off is how much their clock is ahead of ours at the least: it said a whole
// second, cut, at some moment between before and after.
func (r reading) off() time.Duration {
	switch earliest, latest := r.theirs, r.theirs.Add(time.Second); {
	case earliest.After(r.after):
		return earliest.Sub(r.after)
	case latest.Before(r.before):
		return -r.before.Sub(latest)
	default:
		return 0
	}
}
