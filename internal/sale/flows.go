package sale

import "time"

// Flow is how many units moved from one account of a pool to another within
// one minute.
type Flow struct {
	Minute time.Time `json:"minute"` // when it began
	Pool   string    `json:"pool"`
	Source string    `json:"source"`
	Target string    `json:"target"`
	Units  int       `json:"units"`
}

// Flows is a part of a sale's ledger, from after one position of it up to
// Position, as what moved when. Added up from the beginning of the ledger
// they are its balances. More says that the ledger goes on.
type Flows struct {
	Position int64  `json:"position"`
	More     bool   `json:"more"`
	Flows    []Flow `json:"flows"`
}

// Transfer is one row of a sale's ledger: units that moved within a pool from
// one account to another. IDs ascend in the order of commits. Offer is empty
// for what an edition of the sale brought or took away.
type Transfer struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Pool   string    `json:"pool"`
	Source string    `json:"source"`
	Target string    `json:"target"`
	Units  int       `json:"units"`
	Reason string    `json:"reason"`
	Offer  string    `json:"offer,omitempty"`
}
