package serdes

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func newDisk(t testing.TB) tasktest.Disk {
	store := files.New(t.TempDir())
	t.Cleanup(func() { _ = store.Close() })
	return tasktest.NewDisk(t, store)
}

// run runs a task on a file, and returns the text of the file that it writes.
func run(d tasktest.Disk, typ, members, text string) tasktest.Result {
	r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.serdes.`+typ+`, from: "{{ f }}"`+members+`}`, value.MapOf("f", value.String(d.Put("in", text))))
	if out, err := value.DecodeJSONText(r.Outputs); err == nil {
		uri, _ := out.Map().Get("uri")
		r.Outputs = uri.Str()
	}
	return r
}

// kestraDates are dates as Kestra's tasks write them into files.
const kestraDates = `[2021-05-05T10:21:12.123Z,ZonedDateTime::"2021-05-05T12:21:12.123+02:00",LocalDateTime::"2021-05-05T12:21",OffsetDateTime::"2021-05-05T12:21:12.123+02:00",LocalDate::"2021-05-05",LocalTime::"12:21:12.123",OffsetTime::"12:21:12.123+02:00",Instant::"2021-05-05T10:21:12.123Z"]`

// TestConvert compares what files become.
func TestConvert(t *testing.T) {
	d := newDisk(t)
	for _, test := range []struct{ name, typ, members, text, want, err string }{
		{"csv", "csv.CsvToIon", "", "a,b c\n1,\"x \"\"y\"\"\nz\"\n\\N,\n", "ion: {a:\"1\",'b c':\"x \\\"y\\\"\\nz\"}\n{a:null,'b c':\"\"}\n", ""},
		{"older name", "csv.CsvReader", "", "a\n1\n", "ion: {a:\"1\"}\n", ""},
		{"csv without header", "csv.CsvToIon", `, header: false`, "1,\\N\r\n2\r\n", "ion: [\"1\",null]\n[\"2\"]\n", ""},
		{"csv with a mark and blank lines", "csv.CsvToIon", "", "\ufeffa\n\n1\n\n", "ion: {a:\"1\"}\n", ""},
		{"csv with other marks", "csv.CsvToIon", `, fieldSeparator: ";", textDelimiter: "'"`, "a;b\n'x;\"''';\"\n", "ion: {a:\"x;\\\"'\",b:\"\\\"\"}\n", ""},
		{"csv with tabs", "csv.CsvToIon", `, fieldSeparator: "\t"`, "a\tb\n1\t2\n", "ion: {a:\"1\",b:\"2\"}\n", ""},
		{"the usual mark as separator", "csv.CsvToIon", `, fieldSeparator: '"', textDelimiter: "'"`, "a\"b\n1\"'2\"'\n", "ion: {a:\"1\",b:\"2\\\"\"}\n", ""},
		{"csv, rows left out", "csv.CsvToIon", `, skipRows: 1`, "a\n1\n2\n", "ion: {a:\"2\"}\n", ""},
		{"csv in Latin-1", "csv.CsvToIon", `, charset: ISO-8859-1`, "a\n\xe9\n", "ion: {a:\"é\"}\n", ""},
		{"csv that is no text", "csv.CsvToIon", "", "a\n\xe9\n", "ion: {a:\"\ufffd\"}\n", ""},
		{"csv, too few fields", "csv.CsvToIon", "", "a,b\n1,2\n3\n", "", "row 2 has 1 fields, and the header 2"},
		{"csv, bad rows left out", "csv.CsvToIon", `, onBadLines: SKIP`, "a,b\n1\n3,4\n5\"6,7\n8,9\n", "ion: {a:\"3\",b:\"4\"}\n{a:\"8\",b:\"9\"}\n", ""},
		{"csv, broken", "csv.CsvToIon", "", "a\n\"b\"c\n", "", "parse error on line 2"},
		{"csv, broken and taken", "csv.CsvToIon", `, allowExtraCharsAfterClosingQuote: true`, "a\nb\"c\n", "ion: {a:\"b\\\"c\"}\n", ""},
		{"csv, a long row", "csv.CsvToIon", `, maxBufferSize: 10`, "a\n" + strings.Repeat("x", 100_000), "", "a row has more than 10 bytes"},
		{"csv, a long field", "csv.CsvToIon", `, maxFieldSize: 3`, "a\nééé\n1234\n", "", "a field has more than 3 characters"},
		{"empty csv", "csv.CsvToIon", "", "", "ion: ", ""},

		{"to csv", "csv.IonToCsv", "", "{a:1,'b c':\"x,y\"}\n{'b c':null,a:\"q\\\"\\nz\"}\n{a:1.50}\n", "csv: a,b c\n1,\"x,y\"\n\"q\"\"\nz\",\n1.50,\n", ""},
		{"older name", "csv.CsvWriter", "", "{\"a\": true}\n", "csv: a\ntrue\n", ""},
		{"to csv without header", "csv.IonToCsv", `, header: false`, "[1,\"a\"]\n{b:2}\n", "csv: 1,a\n2\n", ""},
		{"to csv with other marks", "csv.IonToCsv", `, fieldSeparator: ";", textDelimiter: "'", lineDelimiter: "\r\n"`, "{a:\"x;'\",b:\"\\\"\"}\n", "csv: a;b\r\n'x;''';\"\r\n", ""},
		{"to csv, all quoted", "csv.IonToCsv", `, alwaysDelimitText: true`, "{a:1,b:null}\n", "csv: \"a\",\"b\"\n\"1\",\"\"\n", ""},
		{"to csv, text quoted", "csv.IonToCsv", `, quoteMode: NON_NUMERIC, alwaysDelimitText: true`, "{a:-1.5,b:\"1e3\",c:\"+7\",d:\"\",e:\"-\",f:\"1.2.3\"}\n", "csv: \"a\",\"b\",\"c\",\"d\",\"e\",\"f\"\n-1.5,\"1e3\",+7,\"\",\"-\",\"1.2.3\"\n", ""},
		{"to csv in Latin-1", "csv.IonToCsv", `, charset: ISO-8859-1`, "{a:\"é\"}\n", "csv: a\n\ufffd\n", ""}, // one byte, which is no UTF-8
		{"to csv in a charset without that", "csv.IonToCsv", `, charset: ISO-8859-1`, "{a:\"🚀\"}\n", "", "rune not supported"},
		{"a list below a header", "csv.IonToCsv", "", "[1]\n", "", "line 1: Invalid data of type List with header"},
		{"a row with more than the header", "csv.IonToCsv", "", "{a:1}\n{a:1,b:2}\n", "", `line 2: the row has "b", which the header has not`},
		{"no row", "csv.IonToCsv", "", "1\n", "", "line 1: a row must be a map or a list"},

		{"columns without a name", "csv.CsvToIon", "", "a,,b,,\n1,2,3,4,5\n", "ion: {a:\"1\",'':\"2\",b:\"3\"}\n", ""},
		{"columns without a name get one", "csv.CsvToIon", `, onEmptyHeader: RENAME`, "a,,col_3,,\n1,2,3,4,5\n", "ion: {a:\"1\",col_1:\"2\",col_3:\"3\",col_3_2:\"4\",col_4:\"5\"}\n", ""},
		{"no column has a name", "csv.CsvToIon", "", ",\n1,2\n", "ion: {'':\"1\"}\n", ""},

		{"dates of Kestra", "csv.IonToCsv", `, header: false, timeZoneId: Europe/Lisbon`, kestraDates + "\n", "csv: 2021-05-05T10:21:12.123Z,2021-05-05T11:21:12.123+01:00,2021-05-05T12:21:00.000,2021-05-05T11:21:12.123+01:00,2021-05-05,12:21:12,12:21:12+02:00,2021-05-05T10:21:12.123Z\n", ""},
		{"dates in other formats", "csv.IonToCsv", `, header: false, timeZoneId: "{{ 'Asia/Tokyo' }}", dateFormat: "dd.MM.yy", timeFormat: "H'h'mm", dateTimeFormat: "{{ 'yyyy/MM/dd HH:mm[ VV]' }}"`, kestraDates + "\n", "csv: 2021/05/05 10:21 Z,2021/05/05 19:21 Asia/Tokyo,2021/05/05 12:21,2021/05/05 19:21 Asia/Tokyo,05.05.21,12h21,12h21,2021/05/05 10:21 Z\n", ""},
		{"timestamps", "csv.IonToCsv", `, header: false, timeZoneId: UTC`, "[2021-05-05T00:00:00Z, 2021-05-05, 2021-05T, 2021T, 2021-05-05T00:00:00+02:00, 2021-05-05T10:00Z, 2021-05-05T10:00:00.5-00:00]\n", "csv: 2021-05-05,2021-05-05,2021-05-01,2021-01-01,2021-05-04T22:00:00.000Z,2021-05-05T10:00:00.000Z,2021-05-05T10:00:00.500Z\n", ""},
		{"dates as text stay", "csv.IonToCsv", `, header: false, dateFormat: yy`, "[\"2021-05-05\", a::\"2021-05-05\"]\n", "csv: 2021-05-05,2021-05-05\n", ""},
		{"a time without an offset", "csv.IonToCsv", `, header: false, timeFormat: "HH:mmXXX"`, "[OffsetTime::\"10:00Z\"]\n[LocalTime::\"10:00\"]\n", "", "line 2: timeFormat: a LocalTime has nothing for the letter X"},
		{"a date with a time", "csv.IonToCsv", `, header: false, dateFormat: "yyyy HH"`, "[2021T]\n", "", "dateFormat: a LocalDate has nothing for the letter H"},
		{"no date", "csv.IonToCsv", "", "{a:LocalDate::\"x\"}\n", "", "line 1: a text is marked as LocalDate, and is none"},
		{"no timestamp", "csv.IonToCsv", "", "{a:2021-99-99T10:00Z}\n", "", "line 1: \"2021-99-99T10:00Z\" is no timestamp"},
		{"no zone", "csv.IonToCsv", `, timeZoneId: "{{ 'No/Zone' }}"`, "1\n", "", "timeZoneId: "},
		{"no pattern", "csv.IonToCsv", `, dateFormat: "{{ 'bbb' }}"`, "1\n", "", "dateFormat: "},

		{"dates to json", "json.IonToJson", "", kestraDates + "\n", "jsonl: [\"2021-05-05T10:21:12.123Z\",\"2021-05-05T12:21:12.123+02:00\",\"2021-05-05T12:21\",\"2021-05-05T12:21:12.123+02:00\",\"2021-05-05\",\"12:21:12.123\",\"12:21:12.123+02:00\",\"2021-05-05T10:21:12.123Z\"]\n", ""},
		{"dates to json in a zone", "json.IonToJson", `, timeZoneId: Europe/Lisbon`, kestraDates + "\n", "jsonl: [\"2021-05-05T11:21:12.123+01:00\",\"2021-05-05T11:21:12.123+01:00\",\"2021-05-05T12:21\",\"2021-05-05T11:21:12.123+01:00\",\"2021-05-05\",\"12:21:12.123\",\"12:21:12.123+02:00\",\"2021-05-05T11:21:12.123+01:00\"]\n", ""},
		{"annotations to json", "json.IonToJson", `, shouldKeepAnnotations: true`, "[a::b::\"x\", base64::'y', 2021T]\n", "jsonl: [{\"ion_annotations\":[\"a\",\"b\"],\"value\":\"x\"},{\"ion_annotations\":[\"base64\"],\"value\":\"y\"},\"2021T\"]\n", ""},
		{"annotations left out", "json.IonToJson", "", "[base64::\"x\"]\n", "jsonl: [\"x\"]\n", ""},

		{"json lines", "json.JsonToIon", "", "{\"a\": 1}\n\n[1.50, null]\n\"x\"\n", "ion: {a:1}\n[1.5e0,null]\n\"x\"\n", ""},
		{"older name", "json.JsonReader", "", "1\n", "ion: 1\n", ""},
		{"json list", "json.JsonToIon", `, newLine: false`, " [{\"a\":\n 1}, 2 ] \n", "ion: {a:1}\n2\n", ""},
		{"json value", "json.JsonToIon", `, newLine: false`, "{\"a\": [1]}", "ion: {a:[1]}\n", ""},
		{"broken json line", "json.JsonToIon", "", "1\n{\n", "", "line 2: "},
		{"broken json list", "json.JsonToIon", `, newLine: false`, "[1, {]", "", "item 1: "},
		{"json list without end", "json.JsonToIon", `, newLine: false`, "[1", "", "the list has no end"},
		{"two json values", "json.JsonToIon", `, newLine: false`, "1 2", "", "the file has more than one value: see newLine"},
		{"no json", "json.JsonToIon", `, newLine: false`, " ", "", "the file is empty"},
		{"json in Latin-1", "json.JsonToIon", `, charset: latin1`, "\"\xe9\"\n", "ion: \"é\"\n", ""},

		{"to json lines", "json.IonToJson", "", "{a:1,b:[\"x\"]}\n\nnull\n", "jsonl: {\"a\":1,\"b\":[\"x\"]}\nnull\n", ""},
		{"older name", "json.JsonWriter", "", "1\n", "jsonl: 1\n", ""},
		{"to a json list", "json.IonToJson", `, newLine: "{{ 'false' }}"`, "1\n2\n", "json: [1,2]", ""},
		{"to an empty json list", "json.IonToJson", `, newLine: false`, "", "json: []", ""},
		{"broken ion", "json.IonToJson", "", "1\n{a\n", "", "line 2: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := run(d, test.typ, test.members, test.text)
			if r.Outputs != test.want && test.err == "" || (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
				t.Errorf("got %q, %s; want %q, %s", r.Outputs, r.Err, test.want, test.err)
			}
		})
	}
	if r := run(d, "csv.CsvToIon", ", onBadLines: WARN", "a,b\n1\n"); r.Err != "" || len(r.Log) != 1 || !strings.HasPrefix(r.Log[0], "warn Bad line encountered (skipped): row 1 has 1 fields") {
		t.Errorf("%q %s", r.Log, r.Err)
	}
}

// TestRoundTrip turns rows into CSV and back.
func TestRoundTrip(t *testing.T) {
	d := newDisk(t)
	rapid.Check(t, func(t *rapid.T) {
		separator, delimiter := rapid.SampledFrom([]string{",", ";", "\\t", "é"}).Draw(t, "separator"), rapid.SampledFrom([]string{"\\\"", "'", "|"}).Draw(t, "delimiter")
		mode := rapid.SampledFrom(quoteModes).Draw(t, "mode")
		var text strings.Builder
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			row := value.NewMap(2)
			for _, name := range []string{"a", "b"} {
				row.Set(name, value.String(rapid.StringOf(rapid.SampledFrom([]rune("ab1,;\t\"'|é\n #\\"))).Filter(func(s string) bool { return s != `\N` }).Draw(t, name)))
			}
			text.WriteString(value.JSON(value.FromMap(row)) + "\n")
		}
		marks := `, fieldSeparator: "` + separator + `", textDelimiter: "` + delimiter + `"`
		csv := run(d, "csv.IonToCsv", marks+", quoteMode: "+mode, text.String())
		if csv.Err != "" {
			t.Fatal(csv.Err)
		}
		ion := run(d, "csv.CsvToIon", marks, strings.TrimPrefix(csv.Outputs, "csv: "))
		json := run(d, "json.IonToJson", "", strings.TrimPrefix(ion.Outputs, "ion: "))
		if got := strings.TrimPrefix(json.Outputs, "jsonl: "); got != text.String() {
			t.Fatalf("%q becomes %q, and that %q, %s", text.String(), csv.Outputs, got, ion.Err)
		}
	})
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ task, want string }{
		{`csv.CsvToIon`, "from"},
		{`csv.CsvToIon, from: f, fieldSeparator: ab`, "fieldSeparator must be one character"},
		{`csv.CsvToIon, from: f, fieldSeparator: "'", textDelimiter: "'"`, "must not be the same"},
		{`csv.IonToCsv, from: f, textDelimiter: é`, "must be a character of ASCII"},
		{`csv.IonToCsv, from: f, dateFormat: bbb`, "dateFormat"},
		{`csv.IonToCsv, from: f, timeFormat: "HH'"`, "timeFormat"},
		{`csv.IonToCsv, from: f, timeZoneId: No/Zone`, "timeZoneId"},
		{`json.IonToJson, from: f, timeZoneId: No/Zone`, "timeZoneId"},
		{`csv.CsvToIon, from: f, onEmptyHeader: KEEP`, "must be one of DROP"},
		{`csv.IonToCsv, from: f, quoteMode: NEVER`, "must be one of ALWAYS"},
		{`json.JsonToIon, from: f, charset: utf-99`, `charset "utf-99" is not known`},
	} {
		_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.serdes.`+test.task+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.task, err, test.want)
		}
	}
}

// TestFieldsCount checks that memory is taken for what a row becomes, and not for its text alone, before it is made.
func TestFieldsCount(t *testing.T) {
	d := newDisk(t)
	for _, test := range []struct {
		typ, members, row string
		bytes             int64
		want              string
	}{
		{"csv.CsvToIon", "header: false", strings.Repeat(",", 1<<18) + "\n", 16 << 20, tasktest.ErrMemory.Error()},
		{"csv.CsvToIon", `header: false, fieldSeparator: "é"`, strings.Repeat("é", 1<<18) + "\n", 16 << 20, tasktest.ErrMemory.Error()},
		{"csv.CsvToIon", "header: false", strings.Repeat("a,b,c\n", 20_000), 1 << 20, ""},
		{"json.JsonToIon", "newLine: true", "[" + strings.Repeat("[],", 90_000) + "[]]\n", 8 << 20, tasktest.ErrMemory.Error()},
		{"json.JsonToIon", "newLine: false", "[" + strings.Repeat("[[]],", 20_000) + "[]]", 1 << 20, ""},
		// Of rows that are long one after the other none counts twice.
		{"json.JsonToIon", "newLine: true", strings.Repeat("["+strings.Repeat("[],", 2_000)+"[]]\n", 50), 1 << 20, ""},
		{"json.IonToJson", "newLine: true", strings.Repeat("["+strings.Repeat("[],", 2_000)+"[]]\n", 50), 1 << 20, ""},
		{"csv.CsvToIon", "header: false", strings.Repeat(strings.Repeat("a", 20_000)+",b\n", 50), 1 << 20, ""},
	} {
		yaml := `{type: io.kestra.plugin.serdes.` + test.typ + `, from: "{{ f }}", ` + test.members + `}`
		r := tasktest.RunWithin(t, Specs(), &task.Services{Files: d.Files}, test.bytes, yaml, value.JSON(value.MapOf("f", value.String(d.Put("in", test.row)))))
		if (r.Err == "") != (test.want == "") || !strings.Contains(r.Err, test.want) {
			t.Errorf("%s, %s: %s, want %s", test.typ, test.members, r.Err, test.want)
		}
	}
}
