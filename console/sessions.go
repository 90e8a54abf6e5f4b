package console

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// A session is over when it was not seen for idle, or lifetime after it
// began. That it was seen is written once in seen, not on every request.
const (
	idle     = 12 * time.Hour
	lifetime = 30 * 24 * time.Hour
	seen     = time.Minute
)

// cookieName binds the cookie to this very host, over TLS only
// (draft-ietf-httpbis-rfc6265bis, §4.1.3.2). Browsers count localhost as
// secure without it.
const cookieName = "__Host-inturn"

// What a session holds.
const (
	keyOrganizer  = "organizer"  // id, int64
	keyGeneration = "generation" // of the organizer, int64
	keySeen       = "seen"       // unix milliseconds, int64
	keyProved     = "proved"     // when the passphrase was last given, likewise
	keyBegan      = "began"      // likewise
	keyBrowser    = "browser"    // which it is, string
	keyNotice     = "notice"     // what to tell on the next page, string

	// Between the passphrase and the second factor, when it is nobody's yet.
	keyPending   = "pending"    // organizer, int64
	keyPendingAt = "pending at" // unix milliseconds, int64
	keyPendingTo = "pending to" // where they wanted to go, string
)

// pendingLife is how long the second factor may take after the passphrase.
const pendingLife = 10 * time.Minute

// newSessions is what scs.New gives, but for the store in memory that comes
// with it: its cleaner could not be stopped again.
func newSessions(l *line.Line, clock sale.Clock, failed func(http.ResponseWriter, *http.Request, error)) *scs.SessionManager {
	return &scs.SessionManager{
		Store: sessionStore{l, clock}, Codec: scs.GobCodec{}, Lifetime: lifetime, HashTokenInStore: true, ErrorFunc: failed,
		Cookie: scs.SessionCookie{
			Name: cookieName, Path: "/", Secure: true, HttpOnly: true,
			SameSite: http.SameSiteLaxMode, // a mailed invitation leads in
		},
	}
}

// sessionStore keeps sessions in the line's database, so that they survive a
// restart and hold on every instance. A row lives for idle after it was last
// written, whatever the library's own clock says.
type sessionStore struct {
	line  *line.Line
	clock sale.Clock
}

func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return s.line.Session(ctx, token)
}

func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return fmt.Errorf("read the session again: %w", err)
	}
	number := func(key string) int64 { n, _ := values[key].(int64); return n }
	browser, _ := values[keyBrowser].(string)
	return s.line.KeepSession(ctx, line.Session{
		Token: token, Data: data, Ends: s.clock().Add(idle), Organizer: number(keyOrganizer), Generation: number(keyGeneration),
		Began: time.UnixMilli(number(keyBegan)), Seen: time.UnixMilli(number(keySeen)), Browser: browser,
	})
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.line.EndSession(ctx, token)
}

// The library asks for these too, and calls the ones above.

func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s sessionStore) Commit(token string, data []byte, ends time.Time) error {
	return s.CommitCtx(context.Background(), token, data, ends)
}

func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// begin makes this the session of an organizer who has just shown the
// passphrase. The token is a new one: whoever knew the old one has nothing.
func (s *Server) begin(ctx context.Context, o line.Organizer) error {
	if err := s.afresh(ctx); err != nil {
		return err
	}
	now := s.clock().UnixMilli()
	s.sessions.Put(ctx, keyOrganizer, o.ID)
	s.sessions.Put(ctx, keyGeneration, o.Generation)
	s.sessions.Put(ctx, keyBegan, now)
	s.sessions.Put(ctx, keySeen, now)
	s.sessions.Put(ctx, keyProved, now)
	return nil
}

// afresh empties the session and gives it a token that nobody knows.
func (s *Server) afresh(ctx context.Context) error {
	if err := s.sessions.Clear(ctx); err != nil {
		return err
	}
	return s.sessions.RenewToken(ctx)
}

// pend keeps who has shown the passphrase until they show the second factor.
func (s *Server) pend(ctx context.Context, o line.Organizer, to string) error {
	if err := s.afresh(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, keyPending, o.ID)
	s.sessions.Put(ctx, keyGeneration, o.Generation)
	s.sessions.Put(ctx, keyPendingAt, s.clock().UnixMilli())
	s.sessions.Put(ctx, keyPendingTo, to)
	return nil
}

// pending is who has shown the passphrase and not yet the second factor; ok
// is false when there is nobody, or it was too long ago.
func (s *Server) pending(ctx context.Context) (o line.Organizer, to string, ok bool, err error) {
	id := s.sessions.GetInt64(ctx, keyPending)
	ago := s.clock().Sub(time.UnixMilli(s.sessions.GetInt64(ctx, keyPendingAt)))
	if id == 0 || ago < 0 || ago >= pendingLife {
		return line.Organizer{}, "", false, nil
	}
	o, err = s.line.Organizer(ctx, id)
	if sale.CodeOf(err) == sale.CodeNotFound {
		return line.Organizer{}, "", false, nil
	}
	ok = err == nil && o.Factor != "" && o.Generation == s.sessions.GetInt64(ctx, keyGeneration)
	return o, s.sessions.GetString(ctx, keyPendingTo), ok, err
}

// who is the organizer of a session; ok is false when it is nobody's, or was
// ended everywhere.
func (s *Server) who(ctx context.Context) (o line.Organizer, ok bool, err error) {
	id := s.sessions.GetInt64(ctx, keyOrganizer)
	if id == 0 {
		return line.Organizer{}, false, nil
	}
	o, err = s.line.Organizer(ctx, id)
	if sale.CodeOf(err) == sale.CodeNotFound {
		return line.Organizer{}, false, nil
	}
	if err != nil {
		return line.Organizer{}, false, err
	}
	if o.Generation != s.sessions.GetInt64(ctx, keyGeneration) {
		return line.Organizer{}, false, nil
	}
	now := s.clock()
	if now.Sub(time.UnixMilli(s.sessions.GetInt64(ctx, keySeen))).Abs() >= seen {
		s.sessions.Put(ctx, keySeen, now.UnixMilli())
	}
	return o, true, nil
}

// tell keeps a sentence for the next page.
func (s *Server) tell(ctx context.Context, notice string) { s.sessions.Put(ctx, keyNotice, notice) }

// tokenName is the name under which the store keeps a session: what the
// library makes of its token.
func tokenName(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
