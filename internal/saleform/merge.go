package saleform

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Clash is a field that two people changed, each in his own way, since the
// form was filled. The names are those of the merged form. An empty value
// means that it was taken out.
type Clash struct {
	Name                  string
	Filled, Typed, Newest string
}

// Merge brings what was typed into a form that was filled with an older
// version over to the newest one: fields that were not touched take the newest
// values, those that only the typist touched keep his, and so do those that
// both touched, which are told. theirs are the fields that only others
// changed.
//
// Ticket types are told apart by the id that they had when the form was
// filled, not by their row.
func Merge(filled, typed, newest Values) (merged Values, clashes []Clash, theirs []string) {
	base, mine, now := byType(filled), byType(typed), byType(newest)
	out := map[string]string{}
	names := map[string]bool{}
	for _, v := range []map[string]string{base, mine, now} {
		for name := range v {
			names[name] = true
		}
	}
	var clashing []Clash
	for name := range names {
		was, typed, is := base[name], mine[name], now[name]
		switch {
		case equal(typed, was):
			out[name] = is
			if !equal(was, is) {
				theirs = append(theirs, name)
			}
		case !equal(was, is) && !equal(typed, is):
			clashing = append(clashing, Clash{name, was, typed, is})
			fallthrough
		default:
			out[name] = typed
		}
	}
	for _, key := range removedByOthers(base, mine, now) {
		theirs = slices.DeleteFunc(theirs, func(name string) bool { return strings.HasPrefix(name, key) })
		for name, value := range mine {
			if strings.HasPrefix(name, key) {
				out[name] = value
			}
		}
		clashing = append(clashing, Clash{key + "id", base[key+"id"], mine[key+"id"], ""})
	}
	merged, rowOf := inRows(out, typeOrder(out, newest, typed))
	for _, c := range clashing {
		c.Name = rowOf(c.Name)
		if !slices.ContainsFunc(clashes, func(o Clash) bool { return o.Name == c.Name }) {
			clashes = append(clashes, c)
		}
	}
	for i, name := range theirs {
		if theirs[i] = rowOf(name); strings.HasPrefix(theirs[i], "type ") {
			theirs[i] = "tickets.types" // one that is gone
		}
	}
	slices.SortFunc(clashes, func(a, b Clash) int { return cmp.Compare(a.Name, b.Name) })
	slices.Sort(theirs)
	return merged, clashes, slices.Compact(theirs)
}

// equal leaves out what browsers do to values.
func equal(a, b string) bool { return lines(a) == lines(b) }

// typeKey begins the names of one type's fields while forms are merged: an id,
// or the row of one that is new.
func typeKey(id string) string { return "type " + id + " " }

// byType names the fields of ticket types by type instead of by row.
func byType(v Values) map[string]string {
	out := map[string]string{}
	for name, value := range v {
		m := rowName.FindStringSubmatch(name)
		switch {
		case value == "":
		case m == nil:
			out[name] = value
		case m[2] != "was":
			out[keyOf(v, m[1])+m[2]] = value
		}
	}
	return out
}

func keyOf(v Values, row string) string {
	if was := v["tickets.types["+row+"].was"]; was != "" {
		return typeKey(was)
	}
	return typeKey("+" + row) // no id begins with a plus
}

// removedByOthers are the types that others took out and the typist changed.
func removedByOthers(base, mine, now map[string]string) []string {
	var keys []string
	for name := range base {
		key, isID := strings.CutSuffix(name, " id")
		key += " "
		if !isID || !strings.HasPrefix(name, "type ") || now[name] != "" || mine[name] == "" {
			continue
		}
		for field, value := range mine {
			if strings.HasPrefix(field, key) && !equal(value, base[field]) {
				keys = append(keys, key)
				break
			}
		}
	}
	return keys
}

// typeOrder is the order of the types in the merged form: the newest ones, what
// others took out, and the new rows.
func typeOrder(out map[string]string, newest, typed Values) []string {
	var order []string
	for _, v := range []Values{newest, typed} {
		for _, i := range v.Rows() {
			if key := keyOf(v, strconv.Itoa(i)); !slices.Contains(order, key) {
				order = append(order, key)
			}
		}
	}
	return slices.DeleteFunc(order, func(key string) bool {
		for name, value := range out {
			if value != "" && strings.HasPrefix(name, key) {
				return false
			}
		}
		return true
	})
}

// inRows is the inverse of byType.
func inRows(fields map[string]string, order []string) (Values, func(string) string) {
	rename := func(name string) string {
		for i, key := range order {
			if field, ok := strings.CutPrefix(name, key); ok {
				return Row(i, field)
			}
		}
		return name
	}
	merged := Values{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if value := fields[name]; value != "" {
			merged[rename(name)] = value
		}
	}
	for i, key := range order {
		if id := strings.TrimSuffix(strings.TrimPrefix(key, "type "), " "); !strings.HasPrefix(id, "+") {
			merged[Row(i, "was")] = id
		}
	}
	return merged, rename
}
