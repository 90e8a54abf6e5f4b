package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/inturn/inturn/internal/link"
)

type keysCommand struct {
	List   keysListCommand   `cmd:"" help:"List the keys, without their secrets."`
	Rotate keysRotateCommand `cmd:"" help:"Make a new key; those before it go on verifying."`
	DKIM   keysDKIMCommand   `cmd:"" name:"dkim" help:"Make a key that signs mail, and print its DNS record."`
}

type keysListCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (c *keysListCommand) Run(s *session) error {
	keys, err := openKeys(s)
	if err != nil {
		return err
	}
	if c.JSON {
		return s.printJSON(keys.List())
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PURPOSE\tKEY\tMADE\tNOTE")
	for _, k := range keys.List() {
		note := ""
		if k.Newest {
			note = "newest"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Purpose, k.KID, k.Created.Format(time.RFC3339), note)
	}
	return w.Flush()
}

type keysRotateCommand struct {
	Purpose string `arg:"" enum:"link,receipt,bounce" default:"link" help:"link (offers), receipt (places) or bounce (envelope addresses)."`
}

func (c *keysRotateCommand) Run(s *session) error {
	keys, err := openKeys(s)
	if err != nil {
		return err
	}
	kid, err := keys.Rotate(link.Purpose(c.Purpose))
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	s.printf("New %s key %s.\n", c.Purpose, kid)
	if c.Purpose == string(link.ForLinks) {
		s.printf("It signs for a sale as soon as that sale's box office has it; a running serve sees to that.\n")
	}
	return nil
}

func openKeys(s *session) (*link.Keys, error) {
	parts, err := s.parts()
	if err != nil {
		return nil, err
	}
	defer parts.Close()
	return parts.Keys()
}
