package templates

func mailboxSamples() []sample { return nil }
