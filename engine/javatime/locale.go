package javatime

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

//go:embed locales.tsv
var localeRows string

// textStyle is the length of a name in a date.
type textStyle uint8

// The styles.
const (
	shortText textStyle = iota
	fullText
	narrowText
)

// The letters that name the texts of dates in the table of locales, by style.
var textLetters = map[byte][3]string{
	'M': {"M3", "M4", "M5"}, 'L': {"L3", "L4", "L5"}, 'E': {"E3", "E4", "E5"}, 'c': {"c3", "c4", "c5"},
	'Q': {"Q3", "Q4", "Q5"}, 'q': {"q3", "q4", "q5"}, 'G': {"G1", "G4", "G5"}, 'a': {"a", "a", "a"}, 'B': {"B1", "B4", "B5"},
}

// textSameAs tells where the table has the texts that it leaves out because they are the same.
var textSameAs = map[string]string{
	"L3": "M3", "L4": "M4", "L5": "M5", "c3": "E3", "c4": "E4", "c5": "E5",
	"q3": "Q3", "q4": "Q4", "q5": "Q5", "B4": "B1", "B5": "B1",
}

// Locale is what dates need of a locale.
type Locale struct {
	texts   map[string][]string // by the names of textLetters
	styles  map[string]string   // the patterns of full, long, medium and short
	week    weekRule
	periods [3][]dayPeriod
	gmt     string               // what stands before an offset
	english bool                 // zones that are not below have the names of their group
	zones   map[string]zoneNames // by a zone or the first one of its group
}

// dayPeriod is a part of a day that has a name, from one minute up to before another.
type dayPeriod struct {
	from, to int
	name     string
}

// localeTable is locales.tsv, read once; the rows of a locale are taken apart when it is first used.
type localeTable struct {
	rows        map[string]string     // the fields of locales, by tag
	weeks       map[string]weekRule   // by region; XX is any other, and "" none
	zones       map[string]*zoneGroup // by zone id
	groups      []*zoneGroup
	zoneRows    map[string][]string // a zone and its names, by tag
	unsupported map[string]bool     // languages
}

// zoneNames are the short names of the standard time, the daylight time and either, and then the long ones.
type zoneNames [6]string

// zoneGroup is a number of zones with the same names.
type zoneGroup struct {
	first string
	names zoneNames
	read  zoneNames // the zones that the names are read as
}

var locales = sync.OnceValue(readLocales)

func readLocales() *localeTable {
	t := &localeTable{
		rows: map[string]string{}, weeks: map[string]weekRule{}, zones: make(map[string]*zoneGroup, 600),
		zoneRows: map[string][]string{}, unsupported: map[string]bool{},
	}
	for line := range strings.Lines(localeRows) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		key, rest, _ := strings.Cut(rest, "\t")
		switch kind {
		case "locale":
			t.rows[key] = rest
		case "zonenames":
			if tag, ok := strings.CutPrefix(rest, "=\t"); ok {
				t.zoneRows[key] = t.zoneRows[tag]
			} else {
				t.zoneRows[key] = append(t.zoneRows[key], rest)
			}
		case "zone":
			read, ids, _ := strings.Cut(rest, "\t")
			g := &zoneGroup{names: zoneNames(strings.Split(key, "|")), read: zoneNames(strings.Split(read, "|"))}
			g.first, _, _ = strings.Cut(ids, " ")
			t.groups = append(t.groups, g)
			for id := range strings.SplitSeq(ids, " ") {
				t.zones[id] = g
			}
		case "week":
			least, regions, _ := strings.Cut(rest, "\t")
			rule := weekRule{int(key[0] - '0'), int(least[0] - '0')}
			for region := range strings.SplitSeq(regions, " ") {
				t.weeks[region] = rule
			}
		case "unsupported":
			for language := range strings.SplitSeq(key, " ") {
				t.unsupported[language] = true
			}
		}
	}
	return t
}

// localeTag returns a tag in its standard form, language-Script-REGION, with - for _, and its region.
func localeTag(text string) (tag, region string, err error) {
	bad := meter.RuntimeError("locale is no language tag such as fr or fr-CA")
	if len(text) > 40 {
		return "", "", bad
	}
	if text == "" {
		return "", "", nil
	}
	parts := strings.Split(strings.ReplaceAll(text, "_", "-"), "-")
	for i, part := range parts {
		if strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || part == "" {
			return "", "", bad
		}
		part = strings.ToLower(part)
		switch {
		case i == 0 && (len(part) == 2 || len(part) == 3):
		case i == 1 && len(part) == 4:
			part = strings.ToUpper(part[:1]) + part[1:]
		case (i == 1 || i == 2 && region == "") && (len(part) == 2 || len(part) == 3):
			part = strings.ToUpper(part)
			region = part
		default:
			return "", "", meter.RuntimeError("locale has more than a language, a script and a region")
		}
		parts[i] = part
	}
	return strings.Join(parts, "-"), region, nil
}

// findLocale returns a locale by its tag: of an unknown region the language, of an unknown language the names that belong
// to no language, as in Java. A language that Java knows and this package does not has the names and patterns of English;
// its weeks are those of its region.
func findLocale(text string) (*Locale, error) {
	tag, region, err := localeTag(text)
	if err != nil {
		return nil, err
	}
	t := locales()
	language, _, _ := strings.Cut(tag, "-")
	if t.unsupported[language] {
		tag, language = "en", "en"
	} else if t.rows[language] == "" {
		tag, language = "", ""
	}
	l := &Locale{english: language == "en", texts: map[string][]string{}, styles: map[string]string{}, zones: map[string]zoneNames{}}
	fields := map[string]string{}
	for at := tag; ; { // what a more special row has counts
		for field := range strings.SplitSeq(t.rows[at], "\t") {
			name, texts, _ := strings.Cut(field, "=")
			if _, ok := fields[name]; !ok {
				fields[name] = texts
			}
		}
		for _, row := range t.zoneRows[at] {
			zone, names, _ := strings.Cut(row, "\t")
			if _, ok := l.zones[zone]; !ok {
				l.zones[zone] = zoneNames(strings.Split(names, "|"))
			}
		}
		i := strings.LastIndexByte(at, '-')
		if i < 0 {
			break
		}
		at = at[:i]
	}
	for letter, names := range textLetters {
		for style, name := range names {
			text := fields[name]
			if text == "" {
				text = fields[textSameAs[name]]
			}
			if letter == 'B' {
				l.periods[style] = readPeriods(text)
				continue
			}
			l.texts[name] = strings.Split(text, "|")
		}
	}
	for _, style := range styles {
		l.styles[style] = fields[style]
	}
	l.gmt = fields["O"]
	week, ok := t.weeks[region]
	if !ok {
		week = t.weeks["XX"]
	}
	l.week = week
	return l, nil
}

// text returns the names of the values of a field: letter is one of textLetters.
func (l *Locale) text(letter byte, style textStyle) []string {
	return l.texts[textLetters[letter][style]]
}

// readPeriods reads `0 midnight|1 in the morning|720 noon`.
func readPeriods(text string) []dayPeriod {
	var out []dayPeriod
	for part := range strings.SplitSeq(text, "|") {
		minute, name, _ := strings.Cut(part, " ")
		from, err := strconv.Atoi(minute)
		if err != nil {
			panic("javatime: the table of locales has no minute in " + text)
		}
		if len(out) > 0 {
			out[len(out)-1].to = from
		}
		out = append(out, dayPeriod{from, 24 * 60, name})
	}
	return out
}

// period returns the name of the part of the day that a minute lies in.
func (l *Locale) period(style textStyle, minute int) string {
	periods := l.periods[style]
	i := slices.IndexFunc(periods, func(p dayPeriod) bool { return minute < p.to })
	return periods[i].name
}

// zoneName returns the names of a zone in the locale, and whether it has them.
func (l *Locale) zoneName(g *zoneGroup, id string) (zoneNames, bool) {
	for _, zone := range [2]string{id, g.first} {
		if names, ok := l.zones[zone]; ok {
			return names, true
		}
	}
	return g.names, l.english
}
