# Shorthands; nothing needs make. The one command that counts is `go test ./...`.

.PHONY: build test lint docs forecast screenshots ci

build: ## one static binary in bin/
	CGO_ENABLED=0 go build -trimpath -o bin/inturn ./cmd/inturn

test:
	go test ./...

lint:
	go vet ./...
	go tool -modfile=tools/go.mod golangci-lint run

docs: ## pages made from tables in the code
	go test ./internal/settings -run 'TestDocumentation' -update

forecast: ## the picture of the plan in the docs: the forecast beside what the simulator does
	INTURN_SIM_DOCS=$(CURDIR)/docs/images go test ./internal/sim -run TestForecastPicture -count=1 -v

screenshots: ## every page and mail in every language, light and dark, narrow and wide, in bin/gallery/; those of the docs
	INTURN_GALLERY=$(CURDIR)/bin/gallery INTURN_GALLERY_DOCS=$(CURDIR)/docs/images \
		go test ./internal/gallery -run 'TestScreenshots|TestConsoleScreenshots|TestDocumentationPictures|TestConsoleDocumentationPictures' -count=1 -timeout 60m
		go test ./internal/gallery -run 'TestScreenshots|TestDocumentationPictures' -count=1 -timeout 60m
	INTURN_CONSOLE_DOCS=$(CURDIR)/docs/images go test ./console -run TestSetUpInABrowser -count=1

ci:
	.ci/run
