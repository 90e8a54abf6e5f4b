// Package sim plays whole sales in one goroutine, with every fault that can
// be thought of, and looks at every invariant while it does.
//
// A run is a function of its seed: the same seed gives the same sale, the
// same fans, the same faults in the same order. What runs is the real thing:
// the line and the box office on real databases, the dispatcher's own steps,
// real links and real mail texts. Only three things are played: the clocks,
// the mail server, and the fans.
//
// Faults, each at its own rate:
//
//   - a call to the box office is lost before it arrives, or its answer is
//     lost after it took effect, or it arrives twice;
//   - a database transaction fails before its commit, or its success is not
//     reported;
//   - the mail server refuses, delays, keeps silent after the final dot,
//     refuses us, or takes a mail and reports later, once or twice, that it
//     could not deliver it;
//   - either side dies and starts again, and a second dispatcher waits for
//     its chance;
//   - clocks jump, and the two sides' clocks disagree;
//   - sales are frozen and released, which a stopwatch of the simulator's own
//     looks at;
//   - while a mail is being handed over or a call is under way, other things
//     happen: fans buy and leave, the organizer pauses, the other dispatcher
//     beats.
//
// In the second half of a run everything heals, and then nothing may be left
// over: every ticket that somebody in line still wants is sold, every offer
// has ended, every mail has its result.
package sim
