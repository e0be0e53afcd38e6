package expressions

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestFormats compares 5,000 random formats of dates and numbers.
func TestFormats(t *testing.T) {
	set{"formats", formatQuestions(), 9850}.check(t)
}

// generator makes random questions.
type generator struct {
	*rand.Rand
	out []question
}

// ask adds a question; the variables are names and values in turn.
func (g *generator) ask(template string, variables ...any) {
	var b strings.Builder
	for i := 0; i+1 < len(variables); i += 2 {
		text, err := json.Marshal(variables[i+1])
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, ",%q:%s", variables[i], text)
	}
	g.out = append(g.out, question{template, "{" + strings.TrimPrefix(b.String(), ",") + "}"})
}

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// words splits a list of words.
func words(text string) []string { return strings.Fields(text) }

func formatQuestions() []question {
	g := &generator{Rand: rand.New(rand.NewPCG(9, 5000))}
	for range 2500 {
		g.printDate()
	}
	for range 500 {
		g.readDate()
	}
	for range 250 {
		g.addDate()
	}
	for range 1250 {
		g.numberFormat()
	}
	for range 500 {
		g.format()
	}
	return g.out
}

// zones are regions, offsets, and names that are neither.
var zones = words(`UTC UTC UTC Z GMT UT +02:00 -05:30 +18:00 +01 -0330 UTC+3 GMT-02:00 Europe/Paris Europe/Paris Europe/Berlin Europe/London
	Europe/Dublin Europe/Lisbon Europe/Moscow Europe/Istanbul America/New_York America/New_York America/Los_Angeles America/Chicago America/Sao_Paulo
	America/St_Johns America/Caracas Asia/Tokyo Asia/Kolkata Asia/Kathmandu Asia/Shanghai Asia/Tehran Asia/Dubai Australia/Sydney Australia/Lord_Howe
	Australia/Adelaide Pacific/Auckland Pacific/Apia Pacific/Chatham Africa/Cairo Africa/Casablanca Africa/Johannesburg Etc/GMT+5 EST5EDT Nope/Zone EST +19:00`)

// locales are languages that both sides have data for, of which the oracle's Java has few; an unknown language; and tags that
// Kestra refuses.
var locales = words(`en en en_US en_GB en_CA en_AU en_IN fr fr fr_CA fr_CH de de de_CH de_AT es es_MX it it pt pt_BR pt_PT ru ja zh zh_TW da xx fr-FR x`)

// bare are languages for which one side has no names. They are asked only with patterns that need none.
var bare = words(`ka zu sw ar_EG th th_TH fa ta is_IS sv nl pl ko cs`)

func (g *generator) instant() time.Time {
	year := 1970 + g.IntN(80)
	switch g.IntN(12) {
	case 0:
		year = g.IntN(2500)
	case 1:
		year = -1000 + g.IntN(13_000)
	}
	t := time.Date(year, time.Month(1+g.IntN(12)), 1+g.IntN(31), g.IntN(24), g.IntN(60), g.IntN(60), 0, time.UTC)
	switch g.IntN(4) {
	case 0:
		t = t.Add(time.Duration(g.IntN(1000)) * time.Millisecond)
	case 1:
		t = t.Add(time.Duration(g.IntN(1e9)))
	}
	return t
}

// isoText writes an instant as Java reads it.
func isoText(t time.Time) string {
	year := fmt.Sprintf("%04d", t.Year())
	switch {
	case t.Year() > 9999:
		year = "+" + year
	case t.Year() < 0:
		year = fmt.Sprintf("-%04d", -t.Year())
	}
	return year + t.Format("-01-02T15:04:05.999999999Z")
}

// Letters of patterns: those of numbers, which need no names, and all; letters that mean nothing are rare.
const (
	numberLetters = "yyyyuuuddddDHHHhkKmmmsssSSSAnNFXXXxZg"
	allLetters    = numberLetters + "EEEaaMMMMMLLLGcBqQwWYOOzVvpbGEe"
)

func (g *generator) datePattern(letters string) string {
	var b strings.Builder
	depth := 0
	for range 1 + g.IntN(6) {
		switch g.IntN(14) {
		case 0:
			b.WriteString(pick(g, []string{"'T'", "'o''clock'", "''", "' de '", "'Uhr'", "'", "#", "{"}))
		case 1:
			b.WriteByte('[')
			depth++
		case 2:
			if depth > 0 || g.IntN(10) == 0 {
				b.WriteByte(']')
				depth--
			}
		default:
			letter := letters[g.IntN(len(letters))]
			n := 1 + g.IntN(4)
			switch strings.IndexByte("MdHhkKmsDFeWw", letter) {
			case -1:
			default:
				n = 1 + g.IntN(2)
			}
			if letter == 'M' && letters == allLetters {
				n = 1 + g.IntN(5)
			}
			if letter == 'V' {
				n = 2
			}
			if letter == 'O' || letter == 'v' {
				n = pick(g, []int{1, 4})
			}
			if g.IntN(40) == 0 {
				n = 1 + g.IntN(20)
			}
			b.WriteString(strings.Repeat(string(letter), n))
		}
		b.WriteString(pick(g, []string{"", " ", "-", "/", ".", ":", ", ", "-", " ", "é"}))
	}
	return b.String()
}

var (
	namedFormats = words(`iso iso_milli iso_sec sql sql_milli sql_sec sql_seq iso_date_time iso_date iso_time iso_local_date iso_instant
		iso_local_date_time iso_local_time iso_offset_time iso_ordinal_date iso_week_date iso_zoned_date_time rfc_1123_date_time full long medium short`)
	// usualFormats are formats that people write.
	usualFormats = strings.Split(`yyyy-MM-dd|dd/MM/yyyy|MM/dd/yyyy HH:mm|yyyyMMdd|yyyyMMddHHmmss|HH:mm:ss|EEE, d MMM yyyy HH:mm:ss Z|EEEE d MMMM yyyy|d. MMMM yyyy|
yyyy-MM-dd'T'HH:mm:ss.SSSXXX|yyyy-MM-dd'T'HH:mm:ssZ|hh:mm a|h:mm a|dd-MMM-yy|yyyy-'W'ww|yyyy/DDD|QQQ yyyy|MMM d, yyyy|yy|E|MMMM|LLLL yyyy|YYYY-'W'ww-e|
yyyy-MM-dd HH:mm:ss.SSSSSS|dd.MM.yyyy HH:mm|yyyy-MM-dd'T'HH:mm:ss'Z'|uuuu-MM-dd|yyyy-MM-dd HH:mm:ss VV|d/M/yy H:m`, "|")
)

func (g *generator) printDate() {
	locale := pick(g, locales)
	var format string
	switch g.IntN(10) {
	case 0, 1:
		format = pick(g, namedFormats)
	case 2, 3:
		format = strings.TrimSpace(pick(g, usualFormats))
	case 4:
		format, locale = g.datePattern(numberLetters), pick(g, bare)
	case 5, 6:
		format = g.datePattern(numberLetters)
	default:
		format = g.datePattern(allLetters)
	}
	date := any(isoText(g.instant()))
	if g.IntN(8) == 0 {
		date = 1_000_000_000_000 + g.Int64N(1_000_000_000_000)
	}
	switch g.IntN(3) {
	case 0:
		g.ask("{{ d | date(f, timeZone=z, locale=l) }}", "d", date, "f", format, "z", pick(g, zones), "l", locale)
	case 1:
		g.ask("{{ d | date(f, timeZone=z) }}", "d", date, "f", format, "z", pick(g, zones))
	default:
		g.ask("{{ d | date(f) }}", "d", date, "f", format)
	}
}

// readDate asks to read a text that fits a format, or nearly does.
func (g *generator) readDate() {
	t := g.instant()
	form := pick(g, [][2]string{
		{"yyyy-MM-dd", "2006-01-02"},
		{"dd/MM/yyyy", "02/01/2006"},
		{"d/M/yy", "2/1/06"},
		{"yyyyMMddHHmmss", "20060102150405"},
		{"yyyy-MM-dd HH:mm", "2006-01-02 15:04"},
		{"MMM d, yyyy h:mm a", "Jan 2, 2006 3:04 PM"},
		{"EEE, d MMM yyyy HH:mm:ss Z", "Mon, 2 Jan 2006 15:04:05 -0700"},
		{"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2006-01-02T15:04:05.000Z07:00"},
		{"yyyy-MM-dd HH:mm:ss[.SSS]", "2006-01-02 15:04:05"},
		{"yyyy-DDD", "2006-002"},
		{"dd-MMMM-yyyy", "02-January-2006"},
		{"EEEE, MMMM d, yyyy", "Monday, January 2, 2006"},
		{"yyyy-MM-dd HH:mm:ss z", "2006-01-02 15:04:05 UTC"},
		{"yyyy-MM-dd HH:mm:ss VV", "2006-01-02 15:04:05 Europe/Paris"},
		{"HH:mm", "15:04"},
		{"iso_date_time", "2006-01-02T15:04:05Z07:00"},
		{"iso_instant", "2006-01-02T15:04:05.000Z"},
		{"rfc_1123_date_time", "Mon, 2 Jan 2006 15:04:05 GMT"},
		{"sql_sec", "2006-01-02 15:04:05"},
		{"sql_milli", "2006-01-02 15:04:05.000"},
		{"iso_milli", "2006-01-02T15:04:05.000Z07:00"},
		{"iso_local_date", "2006-01-02"},
		{"iso_zoned_date_time", "2006-01-02T15:04:05+01:00[Europe/Paris]"},
		{"iso_ordinal_date", "2006-002"},
		{"", "2006-01-02T15:04:05Z07:00"},
		{"", "2006-01-02"},
		{"", "2006-01-02T15:04"},
	})
	text := t.Format(form[1])
	if g.IntN(3) == 0 { // changed at one place
		at := g.IntN(len(text))
		text = text[:at] + pick(g, []string{"", "0", "9", " ", "-", "x", "+", "T"}) + text[at+g.IntN(2):]
	}
	if form[0] == "" {
		g.ask("{{ d | date('iso', timeZone=z) }}|{{ d | timestampMilli(timeZone=z) }}", "d", text, "z", pick(g, zones))
		return
	}
	g.ask("{{ d | date('iso', timeZone=z, existingFormat=e) }}", "d", text, "z", pick(g, zones), "e", form[0])
}

func (g *generator) addDate() {
	units := words("NANOS MICROS MILLIS SECONDS MINUTES HOURS HALF_DAYS DAYS DAYS WEEKS MONTHS MONTHS YEARS DECADES CENTURIES days FOREVER")
	amount := int64(g.IntN(200) - 100)
	if g.IntN(5) == 0 {
		amount *= 1000
	}
	g.ask(fmt.Sprintf("{{ d | dateAdd(%d, '%s', f, timeZone=z) }}", amount, pick(g, units)), "d", isoText(g.instant()), "f", pick(g, namedFormats), "z", pick(g, zones))
}

// number returns a number as JSON has it.
func (g *generator) number() json.Number {
	sign := pick(g, []string{"", "", "-"})
	switch g.IntN(10) {
	case 0:
		return json.Number(pick(g, words("0 1 -1 0.5 1.5 2.5 -0.5 0.05 0.005 1.005 2.675 1e21 1e-7 123456789012345678901234567890 0.1 100 999.995 -0.0 1e300 5e-324")))
	case 1, 2:
		return json.Number(sign + strconv.Itoa(g.IntN(10_000_000)))
	case 3:
		return json.Number(sign + strconv.FormatInt(g.Int64(), 10))
	case 4:
		return json.Number(sign + strconv.FormatFloat(g.Float64()*1e-4, 'g', -1, 64))
	case 5:
		return json.Number(sign + strconv.FormatFloat(g.Float64()*1e9, 'f', 1+g.IntN(8), 64))
	case 6:
		return json.Number(fmt.Sprintf("%s%d.%d5", sign, g.IntN(100), g.IntN(1000))) // halves
	default:
		return json.Number(sign + strconv.FormatFloat(g.Float64()*10_000, 'f', 1+g.IntN(6), 64))
	}
}

func (g *generator) numberPattern() string {
	if g.IntN(4) == 0 {
		return pick(g, strings.Split("#,##0.00|0|0.00|#|#.##|#,###|0%|#,##0.0%|0.###E0|00.00E0|##0.##E0|$#,##0.00;($#,##0.00)|'#'0|0.00¤|¤¤ 0|000000|0,000.0|#.00|.00|0.|0‰|#,##,##0|#,####|+0;-0|0.0#|#0.#", "|"))
	}
	var b strings.Builder
	b.WriteString(pick(g, []string{"", "", "", "", "$", "'x'", "¤", "-", "a ", "''", "%"}))
	for range g.IntN(4) {
		b.WriteString(pick(g, []string{"#", "#", "0", ","}))
	}
	b.WriteString(pick(g, []string{"0", "0", "#0", "00", "#", "#,##0", "#,##0", "0,000"}))
	if g.IntN(2) == 0 {
		b.WriteString("." + strings.Repeat("0", g.IntN(4)) + strings.Repeat("#", g.IntN(4)))
	}
	if g.IntN(6) == 0 {
		b.WriteString("E" + strings.Repeat("0", g.IntN(4)))
	}
	b.WriteString(pick(g, []string{"", "", "", "", "%", "‰", " EUR", "'%'", "¤", ";(0)", ";-0.0", "'", "0"}))
	return b.String()
}

func (g *generator) numberFormat() {
	n := g.number()
	if _, whole := new(big.Int).SetString(string(n), 10); !whole && g.IntN(4) == 0 {
		g.ask("{{ n | number('BIGDECIMAL') | numberFormat(f) }}", "n", string(n), "f", g.numberPattern())
		return
	}
	g.ask("{{ n | numberFormat(f) }}", "n", n, "f", g.numberPattern())
}

// format is Java's String.format with up to three conversions.
func (g *generator) format() {
	var b strings.Builder
	var names []string
	var variables []any
	for i := range 1 + g.IntN(3) {
		letter := pick(g, words("s s S b d d d f f f e E g g G a A x X o h H c % n q"))
		b.WriteString(pick(g, []string{"", "x", " ", "|"}) + "%")
		for _, flag := range []string{"-", "0", "+", " ", ",", "(", "#"} {
			if g.IntN(9) == 0 {
				b.WriteString(flag)
			}
		}
		if g.IntN(3) == 0 {
			b.WriteString(strconv.Itoa(1 + g.IntN(25)))
		}
		if g.IntN(4) == 0 {
			b.WriteString("." + strconv.Itoa(g.IntN(16)))
		}
		b.WriteString(letter)
		name := string(rune('a' + i))
		names = append(names, name)
		var v any
		switch {
		case g.IntN(12) == 0:
			v = pick(g, []any{nil, true, "text", "Zoë", []any{1, "a"}, map[string]any{"a": 1}, 1.5, 7})
		case strings.ContainsAny(letter, "dxXo"):
			v = g.Int64N(1 << 40)
			if g.IntN(2) == 0 {
				v = -g.Int64N(1<<40) - 1<<40
			}
		case strings.ContainsAny(letter, "sSbhHc"):
			v = pick(g, []any{"text", "Zoë", "a", "", true, false, int64(1) << 40, 2.5})
		default:
			for {
				if n := g.number(); strings.ContainsAny(string(n), ".e") {
					v = n
					break
				}
			}
		}
		variables = append(variables, name, v)
	}
	g.ask("{{ f | format("+strings.Join(names, ", ")+") }}", append([]any{"f", b.String()}, variables...)...)
}
