package sale

// standbyFactor is how many standby places SuggestCaps gives for each
// guaranteed one: the article's 7,500 for 2,500.
const standbyFactor = 3

// SuggestCaps gives the caps for a sale that states none: as many guaranteed
// places as can all buy the maximum, and three times as many on standby.
// 10,000 tickets at most 4 each give 2,500 and 7,500.
func SuggestCaps(capacity, maxPerFan int) Caps {
	if capacity <= 0 || maxPerFan <= 0 {
		return Caps{}
	}
	g := capacity / maxPerFan
	return Caps{Guaranteed: g, Standby: SuggestStandby(g)}
}

// SuggestStandby gives the standby places for a sale that states only its
// guaranteed ones.
func SuggestStandby(guaranteed int) int {
	return standbyFactor * min(max(guaranteed, 0), maxPlaces/standbyFactor)
}
