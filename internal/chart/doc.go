// Package chart draws charts as SVG, on the server, from counts of things:
// people, mails, tickets.
//
// It promises:
//
//   - Every chart is a figure with its title, a picture with name and
//     description, and the same numbers as a table. Nobody needs to see the
//     picture, and nobody needs colours: parts of a whole have patterns, lines
//     have dashes and markers of their own, and both are named in the picture.
//   - A picture has no style of its own. Colours, dark and light, and what is
//     printed come from classes (templates/static/chart.css), so that a page
//     needs no inline style.
//   - Whatever the numbers are, what is drawn is inside the box, no coordinate
//     is "NaN", and no two labels lie on each other. What does not fit is
//     shortened in the picture and complete in the table.
//   - All text is escaped. A chart is made of data and nothing else: no clock,
//     no chance, so equal data give equal bytes.
//
// A chart is drawn 360 units wide, which can be read from a telephone's width
// to about 30 rem. A [Frame] that is Wide is drawn twice, 360 and 960 units
// wide, and the style sheet shows the one that fits.
package chart
