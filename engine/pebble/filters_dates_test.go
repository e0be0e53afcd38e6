package pebble

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/javaformat"
	"github.com/caddy-kestra/kestra-webhook/engine/javatime"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// dateContext has the date-times of the facts: zdt, a ZonedDateTime, and inst, an Instant.
func dateContext(tb testing.TB) *Context {
	tb.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		tb.Fatal(err)
	}
	vars := value.NewMap(2)
	vars.Set("zdt", value.Time(time.Date(2024, 2, 29, 12, 14, 15, 123456789, paris)))
	vars.Set("inst", value.Time(time.Date(2024, 2, 29, 13, 14, 15, 100_000_000, time.UTC)))
	vars.Set("trigger", value.MapOf("body", value.MapOf("n", value.Int(1))))
	return &Context{Vars: vars, Now: time.Date(2024, 2, 29, 11, 14, 15, 123456789, time.UTC), Location: time.UTC}
}

// TestDateFacts runs the facts of Kestra about date-times. No request can make these, so package conformance leaves them out.
func TestDateFacts(t *testing.T) {
	e, c := New(Options{}), dateContext(t)
	rows := 0
	for _, f := range readFacts(t) {
		if !strings.Contains(f.expression, "zdt") && !strings.Contains(f.expression, "inst") || f.context != "facts" ||
			strings.Contains(f.expression, "className") {
			continue
		}
		var got string
		tmpl, err := e.Compile(f.expression)
		if err == nil {
			got, err = tmpl.Render(c)
		}
		if strings.HasPrefix(f.want, "ERROR:") != (err != nil) || err == nil && got != unescape(f.want) {
			t.Errorf("%s: got %q (%v), want %q", f.expression, got, err, f.want)
		}
		rows++
	}
	if rows < 50 {
		t.Errorf("only %d facts are about date-times", rows)
	}
}

func TestDates(t *testing.T) {
	e, c := New(Options{}), dateContext(t)
	checkOutcomes(t, e, c, map[string]string{
		// Numbers are seconds, milliseconds, microseconds or nanoseconds by their size.
		"{{ 999999999999 | date('iso_sec') }}":  "+33658-09-27T01:46:39Z",
		"{{ 1000000000000 | date }}":            "2001-09-09T01:46:40.000000Z",
		"{{ 1709212455123456 | date }}":         "2024-02-29T13:14:15.123456Z",
		"{{ 1709212455123456789 | date('n') }}": "123456789",
		"{{ -1709212455123 | date }}":           "1915-11-03T10:45:44.877000Z",
		"{{ zdt | timestampMicro | date }}":     "2024-02-29T11:14:15.123456Z",
		"{{ 12345678901234567890 | date }}":     "!runtime",
		"{{ 1.5 | date }}":                      "!runtime",
		"{{ true | date }}":                     "!runtime",
		"{{ [] | date }}":                       "!runtime",
		"{{ null | date('b' ~ '') }}":           "", "{{ null | date('b') }}": "!runtime date",
		"{{ 0 | date('b' ~ '') }}": "!runtime", "{{ 0 | date(locale='t' ~ '') }}": "!runtime", "{{ now(timeZone='No' ~ '/Zone') }}": "!runtime",
		"{{ 1 | numberFormat('0#' ~ '') }}": "!runtime", "{{ 1 | numberFormat('0#') }}": "!runtime numberFormat",
		"{{ 0 | dateAdd(1, 'days') }}": "!runtime dateAdd", "{{ 0 | dateAdd(1, 'FOREVER' ~ '') }}": "!runtime",
		"{{ 0 | date(null) }}":               "1970-01-01T00:00:00.000000Z",
		"{{ 0 | date(1) }}":                  "!runtime",
		"{{ 0 | date(timeZone=1) }}":         "!runtime",
		"{{ 0 | date(locale=1) }}":           "!runtime",
		"{{ 'x' | date(existingFormat=1) }}": "!runtime",
		"{{ '2024-02-29T13:14:15Z' | date(existingFormat='iso_instant') }}":           "2024-02-29T13:14:15.000000Z",
		"{{ '2024-02-29T13:14:15+02:00' | timestamp(existingFormat='iso_instant') }}": "1709205255",
		"{{ '2024-02-29T13:14:15+19:00' | date(existingFormat='iso_instant') }}":      "!runtime",
		// Locales.
		"{{ 0 | date('EEEE', locale='fr_FR') }}": "jeudi",
		"{{ 0 | date('EEEE', locale='FR-fr') }}": "jeudi",
		// A language without data has English names, and its region's weeks.
		"{{ 0 | date('EEEE', locale='th') }} {{ 0 | date('yyyy-MM-dd e', locale='th') }} {{ 0 | date('e', locale='th_TH') }} {{ 0 | date('e', locale='ar-EG') }}": "Thursday 1970-01-01 5 5 6",
		"{{ 0 | date('short', locale='ka', timeZone='UTC') }} {{ 0 | date('zzzz', timeZone='Europe/Paris', locale='sw') }}":                                       "1/1/70, 12:00\u202fAM Central European Standard Time",
		// A zone without a name in the locale has its offset.
		"{{ 1719792000 | date('z|v|zzzz', timeZone='Asia/Kuching', locale='fr') }} {{ 1719792000 | date('z|v', timeZone='Africa/Cairo', locale='xx') }}": "UTC+08:00|UTC+08:00|UTC+08:00 GMT+03:00|GMT+02:00",
		"{{ 0 | date('z', timeZone='Africa/Abidjan', locale='xx') }}":                                                                                    "GMT",
		// An amount is cut to a whole number; a text must be one.
		"{{ 0 | dateAdd(3.9, 'HOURS', 'iso_sec') }} {{ 0 | dateAdd('3', 'HOURS', 'iso_sec') }}": "1970-01-01T03:00:00Z 1970-01-01T03:00:00Z",
		"{{ 0 | dateAdd('3.9', 'HOURS') }}":                                                     "!runtime",
		// Texts that a lenient format accepts.
		"{{ 'Sun, +28 Dec 2014 17:34:9 GMT' | date('iso_sec', existingFormat='rfc_1123_date_time') }}": "2014-12-28T17:34:09Z",
		// Names of formats, in every argument that takes one.
		"{{ '1378653552123' | number | date(format='sql_milli', timeZone='UTC') }}":                                      "2013-09-08 15:19:12.123",
		"{{ 1378653552 | date(format='sql_sec', timeZone='UTC') }}":                                                      "2013-09-08 15:19:12",
		"{{ '2024-02-29T13:14:15.123Z' | dateAdd(1, 'DAYS', format='iso_milli', timeZone='UTC') }}":                      "2024-03-01T13:14:15.123Z",
		"{{ '2024-02-29T13:14:15.123+01:00' | timestampMilli(existingFormat='iso_milli') }}":                             "1709208855123",
		"{{ '2024-02-29 13:14:15' | date('sql_milli', existingFormat='sql_sec') }} {{ now('sql_sec', timeZone='UTC') }}": "2024-02-29 13:14:15.000 2024-02-29 11:14:15",
		"{{ 0 | date('EEEE', locale='fr-u-ca-x') }}":                                                                     "!runtime date",
		"{{ 0 | date('EEEE', locale='no such') }}":                                                                       "!runtime date",
		"{{ 0 | date('e', locale='en-GB') }}":                                                                            "4",
		"{{ 0 | date('e', locale='en') }}":                                                                               "5",
		"{{ 0 | date('zzzz', timeZone='Pacific/Apia', locale='hr') }}":                                                   "GMT-11:00",
		// Adding amounts.
		"{{ zdt | dateAdd('x', 'DAYS') }}":                                                            "!runtime",
		"{{ zdt | dateAdd('2', 'DAYS', 'd') }}":                                                       "2",
		"{{ zdt | dateAdd(99999999999, 'YEARS') }}":                                                   "!runtime",
		"{{ zdt | dateAdd(300, 'HALF_DAYS', 'iso_local_date') }}":                                     "2024-07-28",
		"{{ '2023-10-29T02:30:00+01:00[Europe/Paris]' | dateAdd(0, 'DAYS', 'XXX', 'Europe/Paris') }}": "+01:00",
		"{{ '2023-10-28T02:30:00' | dateAdd(1, 'DAYS', 'XXX', 'Europe/Paris') }}":                     "+02:00",
		// now
		"{{ now() }}":                              "2024-02-29T11:14:15.123456Z",
		"{{ now('dd/MM HH:mm', 'Asia/Tokyo') }}":   "29/02 20:14",
		"{{ now(format='EEEE', locale='de') }}":    "Donnerstag",
		"{{ now('iso_sec', timeZone='No/Zone') }}": "!runtime now",
		"{{ now('iso', 'UTC', 'dd', 'en') }}":      "2024-02-29T11:14:15.123456Z",
		// Methods.
		"{{ zdt.plusMonths(12).year }} {{ zdt.minusHours(13).dayOfMonth }}":                     "2025 28",
		"{{ zdt.zone }} {{ zdt.offset }} {{ zdt.dayOfWeek }}":                                   "Europe/Paris +01:00 THURSDAY",
		"{{ zdt.isBefore(inst) }}, {{ inst.isAfter(zdt) }}, {{ zdt.isEqual(zdt.toInstant()) }}": "true, true, true",
		"{{ zdt.isBefore(1) }}":           "!missing isBefore",
		"{{ zdt.plusDays('1') }}":         "!missing plusDays",
		"{{ zdt.plusYears(9999999999) }}": "!evaluation",
		"{{ inst.toEpochMilli() }}":       "1709212455100",
	})
}

// TestDateErrors checks that an error says what is wrong and does not quote the input.
func TestDateErrors(t *testing.T) {
	e, c := New(Options{}), dateContext(t)
	for text, want := range map[string]string{
		"{{ 0 | date('yyyy-bb') }}":                                      `date format has the unknown letter b`,
		"{{ 0 | date('{}') }}":                                           `date format has the reserved character {; put it in quotes`,
		"{{ 0 | date(timeZone='EST') }}":                                 `time zone is unknown`,
		"{{ 0 | date(locale='f*') }}":                                    `locale is no language tag such as fr or fr-CA`,
		"{{ 'canary' | date }}":                                          "text is no ISO date such as 2024-02-29, 2024-02-29T13:14:15 or 2024-02-29T13:14:15+01:00, from character 1 on",
		"{{ '29-02-2024' | date('yyyy', existingFormat='dd/MM/yyyy') }}": `text is no date in its format, from character 3 on`,
		"{{ '13:14' | date(existingFormat='HH:mm') }}":                   `text has no year, month and day in its format`,
		"{{ zdt | dateAdd(1, 'days') }}":                                 `unit of a date does not exist; units are NANOS MICROS MILLIS SECONDS MINUTES HOURS HALF_DAYS DAYS WEEKS MONTHS YEARS DECADES CENTURIES MILLENNIA ERAS`,
	} {
		tmpl, err := e.Compile(text)
		if err == nil {
			_, err = tmpl.Render(c)
		}
		if failed, ok := errors.AsType[*Error](err); !ok || failed.Msg != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestDateLimits(t *testing.T) {
	e, c := New(Options{}), dateContext(t)
	for _, text := range []string{
		"{{ 0 | date('" + strings.Repeat("y", javatime.MaxPattern+1) + "' ~ '') }}",
		"{{ '" + strings.Repeat("2", javatime.MaxText+1) + "' | date }}",
		"{{ 1 | numberFormat('" + strings.Repeat("0", javaformat.MaxPattern+1) + "' ~ '') }}",
	} {
		if got := outcome(e, c, text); got != "!limit" {
			t.Errorf("%s: got %q", meter.Cut(text, 40), got)
		}
	}
}

// TestDatesConcurrently formats with the same and with new patterns at once; run with -race.
func TestDatesConcurrently(t *testing.T) {
	e, c := New(Options{}), dateContext(t)
	tmpl, err := e.Compile("{% set names = ['a', 'b', 'c'] %}{% for i in 1..300 %}{{ zdt | date('yyyy ' ~ i, timeZone='Asia/Tokyo', locale='de') | length }}{{ i | numberFormat('0.00 ' ~ names[i % 3]) | length }}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	want, err := tmpl.Render(c)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := tmpl.Render(c)
			if err != nil || got != want {
				t.Errorf("got %v, %s", err, cmp.Diff(want, got))
			}
		})
	}
	wg.Wait()
}

func BenchmarkDateISO(b *testing.B) {
	benchmarkDate(b, "{{ zdt | date }}")
}

func BenchmarkDatePattern(b *testing.B) {
	benchmarkDate(b, "{{ '2024-02-29T13:14:15Z' | date('EEE, d MMM yyyy HH:mm', timeZone='Europe/Paris') }}")
}

func BenchmarkDateRead(b *testing.B) {
	benchmarkDate(b, "{{ '29/02/2024 10:11' | timestamp(existingFormat='dd/MM/yyyy HH:mm') }}")
}

func BenchmarkNumberFormat(b *testing.B) {
	benchmarkDate(b, "{{ 1234567.891 | numberFormat('#,##0.00') }}")
}

func benchmarkDate(b *testing.B, text string) {
	b.Helper()
	benchmarkIn(b, dateContext(b), text, render)
}
