package app

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/web"
)

// peerTimeout is for one call with its transaction; it is longer than what a
// caller waits, so that work that has begun is finished.
const peerTimeout = 40 * time.Second

// buildPeer serves the wire where the box office is, and metrics.
func (a *App) buildPeer(ctx context.Context) error {
	w, err := web.New(web.Options{
		Name: peerListener, Templates: a.templates, Clock: a.o.Clock, Logger: a.o.Logger,
		Health: a.health(peerListener), Observe: a.observe(peerListener), MaxBody: peer.MaxCall, Timeout: peerTimeout,
	})
	if err != nil {
		return err
	}
	w.Echo().GET("/metrics", echo.WrapHandler(a.metrics.Handler(a.refreshMetrics)))
	if a.o.Roles.Has(Checkout) {
		b, err := a.parts.BoxOffice(ctx)
		if err != nil {
			return err
		}
		secret, err := a.parts.PeerSecret()
		if err != nil {
			return err
		}
		if a.o.Settings.PeerSecret == "" {
			a.o.Logger.Info("the line side needs this secret as INTURN_PEER_SECRET", "file", peerSecretPath(a.o.Settings))
		}
		handler, err := peer.NewHandler(peer.HandlerOptions{BoxOffice: b, Secret: secret, Clock: a.o.Clock, Logger: a.o.Logger})
		if err != nil {
			return err
		}
		w.Echo().POST(peer.Prefix+"*", echo.WrapHandler(handler))
	}
	a.serve(peerListener, w.Serve)
	return nil
}
