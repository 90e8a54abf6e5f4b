// Package mailbox catches every mail when no SMTP server is set, and shows it.
//
// It is a real SMTP server on loopback inside the process, so that rehearsals
// and demonstrations send through the same transport as a real sale. Mails
// are kept as .eml files in one directory and shown on the console's listener
// under /mailbox, as pages and as JSON.
//
// It promises:
//
//   - Nothing leaves the machine. It listens on 127.0.0.1 only and relays
//     nothing; every page says so.
//   - Taken means kept. The 250 after the final dot leaves after the file and
//     its directory entry are synced; without disk space the answer is 452,
//     which the sender tries again.
//   - Bounded. Only the newest mails are kept, 50,000 unless told otherwise;
//     the oldest go first. Ids count up and are never used twice while a newer
//     mail is there.
//   - The directory is the truth. The index in memory is rebuilt from it at
//     start; half-written files of a crash are removed.
//   - A mail's HTML cannot do anything. It is served on its own address with a
//     policy that forbids scripts, forms and foreign content, and shown in a
//     sandboxed frame.
//
// The mails are other people's letters: files are 0600, and the console's
// listener is not public.
package mailbox
