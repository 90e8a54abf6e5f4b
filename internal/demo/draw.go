package demo

func draw(r Report) string { return "" }
