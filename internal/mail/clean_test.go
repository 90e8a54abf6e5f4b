package mail

import (
	"strings"
	"testing"
)

func TestCleanKeepsNoAddressLinkOrToken(t *testing.T) {
	const token = "eyJhbGciOiJFZERTQSJ9.eyJvZmZlciI6ImFiYyJ9.c2lnbmF0dXJlc2lnbmF0dXJl"
	for text, want := range map[string]string{
		"550 5.1.1 <ann.fan@fans.example>: no such user":         "550 5.1.1 <[address]>: no such user",
		"550 ANN.FAN is unknown here":                            "550 [address] is unknown here",
		"550 no mailbox 'ann.fan'":                               "550 no mailbox '[address]'",
		"550 mailto:ann.fan@fans.example is full":                "550 mailto:[address] is full",
		"550 ann.fan@xn--bcher-kva.example\r\n550 full":          "550 [address] 550 full",
		"550 ann.fan%fans.example@relay.example no":              "550 [address] no",
		"550 (other@fans.example) no":                            "550 ([address]) no",
		"554 blocked: see https://x.example/c/" + token + " now": "554 blocked: see [link] now",
		"554 suspicious word " + token:                           "554 suspicious word […]",
		"550 ann.fan ann.fan,ann.fan":                            "550 [address] [address],[address]",
		"550 annfanatic is fine":                                 "550 annfanatic is fine",
		"250 2.0.0 queued as 4F2A1":                              "250 2.0.0 queued as 4F2A1",
		"550 \x00\x1b[31m\xff red":                               "550 [31m red",
	} {
		if got := clean(text, "Ann.Fan@fans.example"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := clean(strings.Repeat("ä ", 5000), ""); len([]rune(got)) != mostText {
		t.Errorf("%d runes", len([]rune(got)))
	}
}

func FuzzClean(f *testing.F) {
	f.Add("550 <ann.fan@fans.example> no", "ann.fan@fans.example")
	f.Add("550 a@b@c", "@")
	f.Add("0", "\xfd@")
	f.Fuzz(func(t *testing.T, text, to string) {
		got := clean(text, to)
		if strings.ContainsAny(got, "\r\n@\x00") || len([]rune(got)) > mostText {
			t.Errorf("%q", got)
		}
	})
}
