package templates

func checkoutSamples() []sample { return nil }
