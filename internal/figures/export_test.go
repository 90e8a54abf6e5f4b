package figures

// For tests of what they promise.
var (
	Ranges   = ranges
	SpreadOf = spread
)
