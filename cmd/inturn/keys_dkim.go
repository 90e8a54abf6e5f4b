package main

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/settings"
)

type keysDKIMCommand struct {
	Selector string   `arg:"" help:"Name under which the public half is published: letters, digits, hyphens. A new key takes a new one."`
	Type     string   `enum:"rsa,ed25519" default:"rsa" help:"rsa (2048 bits, which every receiver checks) or ed25519 (short and quick, good beside rsa)."`
	Domain   []string `help:"Domain to print the DNS record for; the senders of the sales when left out." placeholder:"DOMAIN"`
	Out      string   `help:"File for the private key; DATA/dkim/SELECTOR.pem when left out." placeholder:"FILE"`
	Show     bool     `help:"Make nothing; print the DNS record of the key that is there."`
	JSON     bool     `name:"json" help:"Print JSON."`
}

// Help is what `inturn keys dkim --help` adds.
func (keysDKIMCommand) Help() string {
	return "Makes a key pair for signing mail, stores the private half with mode 0600, and prints the DNS record of the public half and the setting that uses it. " +
		"Publish the record first, then set dkim_keys and restart; inturn doctor compares the two. An existing file is never replaced."
}

// madeKey is what the command prints.
type madeKey struct {
	Selector  string         `json:"selector"`
	Algorithm dkim.Algorithm `json:"algorithm"`
	Path      string         `json:"path"`
	Setting   string         `json:"dkim_keys"` // with the keys that are set already
	Records   []dkim.Record  `json:"records"`
}

func (c *keysDKIMCommand) Run(s *session) error {
	loaded, err := s.settings()
	if err != nil {
		return err
	}
	if err := dkim.CheckSelector(c.Selector); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	domains, err := c.domains(s, loaded)
	if err != nil {
		return err
	}
	key, ref, err := c.key(loaded)
	if err != nil {
		return err
	}
	made := madeKey{Selector: c.Selector, Algorithm: key.Algorithm, Path: ref.Path, Setting: settingWith(loaded.DKIMKeys, ref), Records: []dkim.Record{}}
	for _, d := range domains {
		made.Records = append(made.Records, key.Record(d))
	}
	if c.JSON {
		return s.printJSON(made)
	}
	c.print(s, made)
	return nil
}

// key is the one that is made, or the one that is there.
func (c *keysDKIMCommand) key(loaded *settings.Settings) (dkim.Key, dkim.Ref, error) {
	ref := dkim.Ref{Selector: c.Selector, Path: c.Out}
	set := slices.IndexFunc(loaded.DKIMKeys, func(r dkim.Ref) bool { return r.Selector == c.Selector })
	switch {
	case ref.Path == "" && c.Show && set >= 0:
		ref.Path = loaded.DKIMKeys[set].Path
	case ref.Path == "":
		ref.Path = filepath.Join(loaded.Data, "dkim", c.Selector+".pem")
	}
	path, err := filepath.Abs(ref.Path)
	if err != nil {
		return dkim.Key{}, ref, fmt.Errorf("find %s: %w", ref.Path, err)
	}
	ref.Path = path
	if c.Show {
		key, err := dkim.Load(ref)
		return key, ref, err
	}
	key, err := dkim.Make(ref, dkim.Algorithm(c.Type), rand.Reader)
	return key, ref, err
}

// domains are those the record is printed for: as given, as set, or as the
// sales send from.
func (c *keysDKIMCommand) domains(s *session, loaded *settings.Settings) ([]string, error) {
	given := c.Domain
	if len(given) == 0 && loaded.DKIMDomain != "" {
		given = []string{loaded.DKIMDomain}
	}
	var domains []string
	for _, text := range given {
		d, err := dkim.Domain(text)
		if err != nil {
			return nil, fmt.Errorf("%w: --domain %w", errUsage, err)
		}
		domains = append(domains, d)
	}
	if len(domains) > 0 {
		return domains, nil
	}
	parts, err := s.parts()
	if err != nil {
		return nil, err
	}
	defer parts.Close()
	domains, err = parts.SenderDomains(s.ctx)
	if err != nil {
		return nil, err
	}
	if len(domains) == 0 {
		domains = []string{"YOUR-DOMAIN"}
	}
	return domains, nil
}

func settingWith(set []dkim.Ref, ref dkim.Ref) string {
	var words []string
	for _, r := range set {
		if r.Selector != ref.Selector {
			words = append(words, r.String())
		}
	}
	return strings.Join(append(words, ref.String()), ",")
}

func (c *keysDKIMCommand) print(s *session, made madeKey) {
	verb := "New"
	if c.Show {
		verb = "The"
	}
	s.printf("%s %s key %s in %s\n", verb, made.Algorithm, made.Selector, made.Path)
	for _, r := range made.Records {
		s.printf("\n1. Publish this TXT record at the domain's DNS provider.\n\nname   %s\nvalue  %s\n\nThe same as a line of a zone file:\n\n%s\n", r.Name, r.Value, r.Zone())
	}
	s.printf("\n2. When it is there (inturn doctor looks), set this and restart the dispatcher:\n\ndkim_keys: %s\n", made.Setting)
}
