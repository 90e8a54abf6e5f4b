// Package web is how every listener of inturn speaks HTTP: one echo set-up,
// one place where errors become answers, one place for limits, headers,
// languages and health. Handlers above it parse, call a service and render.
//
// It promises, on every listener:
//
//   - Errors. A handler returns an error; its sale.Code alone decides the
//     status, in the table of errors.go. Clients that ask for JSON get RFC 9457
//     with the code, everybody else a page in their language. Whatever
//     carries no code is internal: logged, never shown.
//   - Nothing about people in the log. A request is logged by the pattern of
//     its route, its status and its duration; never by its URI, which carries
//     receipts and tokens, and never by its client's address.
//   - Limits. Bodies and headers are bounded, every connection has all of its
//     time-outs, every request a deadline. A panic costs one request.
//   - A forwarded client address is believed only from trusted proxies.
//   - HEAD works wherever GET does, and GET changes nothing.
//   - No page of ours can be framed, run foreign or inline script, or tell
//     another site where its reader came from. Unsafe methods from other
//     sites are refused, but where a surface says otherwise.
//   - A stop is graceful: what is in flight is finished, within Grace.
package web
