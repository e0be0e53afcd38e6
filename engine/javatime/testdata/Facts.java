import java.io.*;
import java.math.*;
import java.nio.charset.StandardCharsets;
import java.text.*;
import java.time.*;
import java.time.format.*;
import java.time.temporal.ChronoUnit;
import java.util.*;

/**
 * Prints what JDK 25 says to patterns, texts, zones and numbers, one row each: kind, arguments, result or ERROR.
 * Run with JDK 25: java Facts.java [rows of each random kind, 150] [seed, 1] > java.tsv
 */
public class Facts {
    static PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    static Random random;

    static final String[] LETTERS = {"G", "GGGG", "GGGGG", "u", "uu", "uuuu", "uuuuu", "y", "yy", "yyy", "yyyy", "Y", "YY", "YYYY", "D", "DD", "DDD", "M", "MM", "MMM", "MMMM", "MMMMM",
        "L", "LL", "LLL", "LLLL", "LLLLL", "Q", "QQ", "QQQ", "QQQQ", "QQQQQ", "q", "qq", "qqq", "qqqq", "w", "ww", "W", "d", "dd", "F", "E", "EEE", "EEEE", "EEEEE", "e", "ee", "eee", "eeee",
        "eeeee", "c", "ccc", "cccc", "ccccc", "a", "B", "BBBB", "BBBBB", "h", "hh", "K", "KK", "k", "kk", "H", "HH", "m", "mm", "s", "ss", "S", "SSS", "SSSSSSSSS", "A", "AAAAAAAAAA", "n", "nnnnnnnnnn",
        "N", "VV", "v", "vvvv", "z", "zzzz", "O", "OOOO", "X", "XX", "XXX", "XXXX", "XXXXX", "x", "xx", "xxx", "xxxx", "xxxxx", "Z", "ZZZ", "ZZZZ", "ZZZZZ", "g", "pppd'.'", "ppppppppppMMMM"};
    static final String[] BAD = {"b", "GGGGGG", "MMMMMM", "DDDD", "www", "WW", "ddd", "FF", "cc", "aa", "BB", "BBB", "hhh", "SSSSSSSSSS", "V", "VVV", "vv", "zzzzz", "OO", "XXXXXX", "ZZZZZZ",
        "yyyyyyyyyyyyyyyyyyyy", "p", "pp3", "]", "a]", "{", "#", "'open", "i", "l", "r", "T", "U", "C", "f", "j", "P", "I", "J", "R"};
    static final String[] SEPARATORS = {" ", "-", "/", ":", ", ", ".", "'T'", "''", "' of '", "", "_"};
    static final String[] LOCALES = {"en", "en", "en", "en-US", "en-GB", "de", "fr", "fr-CA", "es", "it", "nl", "pt", "pt-BR", "pl", "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "tr", "el", "ru", "uk",
        "bg", "hr", "sr", "sr-Latn", "sl", "et", "lv", "lt", "ca", "ja", "zh", "zh-Hant-TW", "zh-TW", "ko", "de-AT", "de-CH", "en-AU", "en-IE", "es-MX", "xx", "", "fr-XX"};
    static final String[] ZONES = {"UTC", "UTC", "Z", "Europe/Paris", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia", "+05:30",
        "-03:30", "+01:02:03", "GMT+2", "UTC-08:00", "UT+1", "GMT", "UT", "Europe/Dublin", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "Etc/GMT+5", "Pacific/Auckland"};
    static final String[] NAMED_ZONES = {"UTC", "Europe/Paris", "Europe/London", "America/New_York", "Asia/Tokyo", "+05:30", "GMT+2"};
    static final String[] NAMED = {"full", "long", "medium", "short"};

    public static void main(String[] args) {
        int n = args.length > 0 ? Integer.parseInt(args[0]) : 150;
        random = new Random(args.length > 1 ? Long.parseLong(args[1]) : 1);
        for (String l : LETTERS) {
            print(l, "en", "America/New_York", "2024-02-29T13:14:15.123456789Z");
            print(l, "en", "UTC", "2024-12-30T00:05:00Z");
        }
        for (String l : BAD) print(l, "en", "UTC", "2024-02-29T13:14:15Z");
        for (String l : new TreeSet<>(List.of(LOCALES)))
            for (String style : NAMED) style(style, l, "UTC", "2024-02-29T13:14:15Z");
        for (String z : ZONES) for (String t : new String[]{"2024-01-15T12:00:00Z", "2024-07-15T12:00:00Z", "1890-01-01T00:00:00Z"}) print("uuuu-MM-dd'T'HH:mm:ss XXXXX VV z zzzz v vvvv O OOOO", "en", z, t);
        for (int i = 0; i < n; i++) {
            String locale = pick(LOCALES);
            print(pattern(), locale, locale.isEmpty() || locale.equals("xx") ? "UTC" : pick(locale.startsWith("en") ? ZONES : NAMED_ZONES), instant().toString());
        }
        reads();
        for (int i = 0; i < n; i++) roundTrip();
        zoneIds();
        locals();
        for (String unit : Arrays.stream(ChronoUnit.values()).map(Enum::name).toList())
            for (long amount : new long[]{1, -1, 5, 100, -1000, 86400, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE}) {
                if (unit.equals("HALF_DAYS") && (amount > 255 || amount < -255)) continue; // Java is wrong here
                plus("2024-02-29T13:14:15.123456789Z", "UTC", amount, unit);
                plus("2023-10-29T00:30:00Z", "Europe/Paris", amount, unit);
            }
        for (int i = 0; i < n; i++) plus(instant().toString(), pick(ZONES), random.nextLong(-50, 50), ChronoUnit.values()[random.nextInt(ChronoUnit.values().length - 2)].name());
        numbers(n);
        out.flush();
    }

    static String pick(String[] from) { return from[random.nextInt(from.length)]; }

    static Instant instant() {
        long seconds = switch (random.nextInt(4)) {
            case 0 -> random.nextLong(-62167219200L * 2, 253402300799L);
            default -> random.nextLong(0, 4102444800L);
        };
        return Instant.ofEpochSecond(seconds, random.nextBoolean() ? random.nextLong(1_000_000_000) : 0);
    }

    static String pattern() {
        StringBuilder b = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
            boolean optional = random.nextInt(10) == 0;
            b.append(optional ? "[" : "").append(pick(LETTERS)).append(pick(SEPARATORS)).append(optional ? "]" : "");
        }
        return b.toString();
    }

    interface Case { String get() throws Exception; }

    static void row(Case result, String... fields) {
        String text;
        try { text = result.get(); } catch (Exception e) { text = "ERROR"; }
        out.print(String.join("\t", fields) + "\t" + text + "\n");
    }

    static void print(String pattern, String locale, String zone, String instant) {
        row(() -> DateTimeFormatter.ofPattern(pattern, Locale.forLanguageTag(locale)).format(Instant.parse(instant).atZone(ZoneId.of(zone))), "print", pattern, locale, zone, instant);
    }

    static void style(String style, String locale, String zone, String instant) {
        row(() -> DateTimeFormatter.ofLocalizedDateTime(FormatStyle.valueOf(style.toUpperCase(Locale.ROOT))).withLocale(Locale.forLanguageTag(locale)).format(Instant.parse(instant).atZone(ZoneId.of(zone))),
            "print", style, locale, zone, instant);
    }

    /** What Kestra makes of a text: a ZonedDateTime, else a LocalDateTime, else a LocalDate in the zone. */
    static void read(String pattern, String text, String zone) {
        DateTimeFormatter f;
        ZonedDateTime z;
        String result = "ERROR";
        try {
            f = named(pattern);
            ZoneId id = ZoneId.of(zone);
            try { z = f == null ? ZonedDateTime.parse(text) : ZonedDateTime.parse(text, f); } catch (DateTimeParseException e) {
                try { z = (f == null ? LocalDateTime.parse(text) : LocalDateTime.parse(text, f)).atZone(id); } catch (DateTimeParseException e2) {
                    z = (f == null ? LocalDate.parse(text) : LocalDate.parse(text, f)).atStartOfDay().atZone(id);
                }
            }
            result = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.n XXXXX VV").format(z);
        } catch (DateTimeException | IllegalArgumentException | ClassCastException e) { }
        out.print("read\t" + pattern + "\t" + text + "\t" + zone + "\t" + result + "\n");
    }

    static DateTimeFormatter named(String pattern) throws IllegalArgumentException {
        return switch (pattern) {
            case "-" -> null;
            case "iso_date_time" -> DateTimeFormatter.ISO_DATE_TIME;
            case "iso_date" -> DateTimeFormatter.ISO_DATE;
            case "iso_instant" -> DateTimeFormatter.ISO_INSTANT;
            case "iso_ordinal_date" -> DateTimeFormatter.ISO_ORDINAL_DATE;
            case "iso_week_date" -> DateTimeFormatter.ISO_WEEK_DATE;
            case "iso_zoned_date_time" -> DateTimeFormatter.ISO_ZONED_DATE_TIME;
            case "iso_local_date_time" -> DateTimeFormatter.ISO_LOCAL_DATE_TIME;
            case "rfc_1123_date_time" -> DateTimeFormatter.RFC_1123_DATE_TIME;
            default -> DateTimeFormatter.ofPattern(pattern, Locale.US);
        };
    }

    static void reads() {
        String[] iso = {"2024-02-29", "2024-02-29T13:14", "2024-02-29T13:14:15", "2024-02-29T13:14:15.1", "2024-02-29T13:14:15.123456789", "2024-02-29T13:14:15.1234567891", "2024-02-29T13:14:15.", "2024-02-29T13:14:15Z",
            "2024-02-29t13:14:15z", "2024-02-29T13:14Z", "2024-02-29T13:14:15+02", "2024-02-29T13:14:15+0200", "2024-02-29T13:14:15+02:00", "2024-02-29T13:14:15+02:00:30", "2024-02-29T13:14:15+2", "2024-02-29T13:14:15+19:00",
            "2024-02-29T13:14:15+18:01", "2024-02-29T13:14:15+02:60", "2024-02-29T13:14:15+02:00[Europe/Paris]", "2024-02-29T13:14:15[Europe/Paris]", "2024-02-29T13:14:15Z[Europe/Paris]", "2024-02-29T13:14:15Z[Foo/Bar]",
            "2024-02-29T13:14:15Z[UTC]", "2024-02-29T13:14:15Z[GMT+2]", "2024-02-29T13:14:15Z[+02:00]", "2024-02-29T24:00:00", "2024-02-29T24:00:00Z", "2024-02-29T24:00:01", "2024-02-29T25:00:00", "2024-02-29T13:60:00", "2024-02-30",
            "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32", "2024-04-31", "+12024-02-29", "12024-02-29", "-0001-02-28", "0000-01-01", "-0000-01-01", "2024-2-29", "20240229", "2024-02-29 13:14:15", "", " ",
            "2024-02-29T13", "2024-02-29T", "2024-02-29Z", "2024-02-29T13:14:15+02:00[europe/paris]", "2024-02-29T13:14:15-00:00", "2024-03-31T02:30:00", "2024-10-27T02:30:00", "+999999999-12-31", "+1000000000-01-01"};
        for (String t : iso) for (String p : new String[]{"-", "iso_date_time", "iso_date", "iso_zoned_date_time"}) read(p, t, "Europe/Paris");
        String[][] cases = {{"dd/MM/yyyy", "29/02/2024"}, {"dd/MM/yyyy", "29-02-2024"}, {"dd/MM/yyyy", "31/02/2024"}, {"dd/MM/yyyy", "32/02/2024"}, {"dd/MM/yyyy", "9/02/2024"}, {"d/M/y", "9/2/2024"}, {"d/M/yy", "9/2/24"}, {"d/M/yy", "9/2/2024"},
            {"yyyyMMdd", "20240229"}, {"yyyyMMddHHmmss", "20240229131415"}, {"yyyyMMddHHmmssSSS", "20240229131415123"}, {"yyyyMMddHHmmss.SSS", "20240229131415.123"}, {"yyMMdd", "240229"}, {"yMMdd", "20240229"}, {"yyyyMMdd", "120240229"}, {"yyyyMMdd", "+120240229"},
            {"uuuuMMdd", "20240229"}, {"yyyyDDD", "2024060"}, {"yyyy-D", "2024-60"}, {"yyyy-D", "2023-366"}, {"yyyy-MM-dd HH:mm", "2024-02-29 13:14"}, {"yyyy-MM-dd hh:mm a", "2024-02-29 01:14 PM"}, {"yyyy-MM-dd hh:mm a", "2024-02-29 01:14 pm"},
            {"yyyy-MM-dd hh:mm a", "2024-02-29 13:14 PM"}, {"yyyy-MM-dd HH:mm a", "2024-02-29 13:14 PM"}, {"yyyy-MM-dd HH:mm a", "2024-02-29 13:14 AM"}, {"yyyy-MM-dd a", "2024-02-29 PM"}, {"yyyy-MM-dd h a", "2024-02-29 12 AM"}, {"yyyy-MM-dd K a", "2024-02-29 0 PM"},
            {"yyyy-MM-dd k", "2024-02-29 24"}, {"yyyy-MM-dd h B", "2024-02-29 3 in the afternoon"}, {"yyyy-MM-dd h B", "2024-02-29 10 at night"}, {"yyyy-MM-dd h B", "2024-02-29 3 at night"}, {"yyyy-MM-dd B", "2024-02-29 in the evening"}, {"yyyy-MM-dd B", "2024-02-29 noon"}, {"yyyy-MM-dd H B", "2024-02-29 15 at night"},
            {"yyyy-MM-dd h", "2024-02-29 3"}, {"yyyy-MM-dd mm", "2024-02-29 30"}, {"yyyy-MM-dd HH ss", "2024-02-29 13 30"}, {"EEE, d MMM yyyy", "Thu, 29 Feb 2024"}, {"EEE, d MMM yyyy", "Fri, 29 Feb 2024"}, {"EEEE d MMMM yyyy", "Thursday 29 February 2024"}, {"EEE d MMM yyyy", "thu 29 Feb 2024"},
            {"d MMMMM yyyy", "29 F 2024"}, {"d MMMMM yyyy", "29 2 2024"}, {"d LLL yyyy", "29 Feb 2024"}, {"YYYY-'W'ww-e", "2024-W09-5"}, {"YYYY-'W'ww-E", "2024-W09-Thu"}, {"YYYYwwe", "2024095"}, {"YYYY-ww", "2024-09"}, {"YYYY-ww-e", "2024-53-1"}, {"YYYY-ww-e", "2024-55-1"}, {"yyyy-MM W e", "2024-02 5 5"},
            {"yyyy-MM F E", "2024-02 5 Thu"}, {"yyyy QQQ d", "2024 Q1 3"}, {"yyyy-MM-dd Q", "2024-02-29 1"}, {"yyyy-MM-dd Q", "2024-02-29 2"}, {"g", "60369"}, {"g HH", "60369 13"}, {"yyyy-MM-dd A", "2024-02-29 47655123"}, {"yyyy-MM-dd N", "2024-02-29 47655123456789"}, {"yyyy-MM-dd HH:mm:ss n", "2024-02-29 13:14:15 123"},
            {"yyyy-MM-dd HH:mm:ssX", "2024-02-29 13:14:15Z"}, {"yyyy-MM-dd HH:mm:ssX", "2024-02-29 13:14:15+02"}, {"yyyy-MM-dd HH:mm:ssX", "2024-02-29 13:14:15+0230"}, {"yyyy-MM-dd HH:mm:ssXX", "2024-02-29 13:14:15+0230"}, {"yyyy-MM-dd HH:mm:ssXX", "2024-02-29 13:14:15+02:30"}, {"yyyy-MM-dd HH:mm:ssXXX", "2024-02-29 13:14:15+02:30"},
            {"yyyy-MM-dd HH:mm:ssXXX", "2024-02-29 13:14:15+0230"}, {"yyyy-MM-dd HH:mm:ssXXXXX", "2024-02-29 13:14:15+02:30:10"}, {"yyyy-MM-dd HH:mm:ssx", "2024-02-29 13:14:15+00"}, {"yyyy-MM-dd HH:mm:ssx", "2024-02-29 13:14:15Z"}, {"yyyy-MM-dd HH:mm:ss Z", "2024-02-29 13:14:15 -0500"}, {"yyyy-MM-dd HH:mm:ss ZZZZ", "2024-02-29 13:14:15 GMT-05:00"},
            {"yyyy-MM-dd HH:mm:ss O", "2024-02-29 13:14:15 GMT-5"}, {"yyyy-MM-dd HH:mm:ss O", "2024-02-29 13:14:15 GMT-5:30"}, {"yyyy-MM-dd HH:mm:ss O", "2024-02-29 13:14:15 GMT"}, {"yyyy-MM-dd HH:mm:ss OOOO", "2024-02-29 13:14:15 GMT-5"}, {"yyyy-MM-dd HH:mm:ss VV", "2024-02-29 13:14:15 Europe/Paris"}, {"yyyy-MM-dd HH:mm:ss VV", "2024-02-29 13:14:15 Foo"},
            {"yyyy-MM-dd HH:mm:ss VV", "2024-02-29 13:14:15 UTC+2"}, {"yyyy-MM-dd HH:mm:ss VV", "2024-02-29 13:14:15 +02:00"}, {"yyyy-MM-dd HH:mm:ss VV", "2024-02-29 13:14:15 Z"}, {"yyyy-MM-dd HH:mm:ss VV", "2024-02-29 13:14:15 GMT0"}, {"yyyy-MM-dd HH:mm:ss VV'x'", "2024-02-29 13:14:15 Etc/GMTx"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 EST"},
            {"yyyy-MM-dd HH:mm:ss z", "2024-07-29 13:14:15 EDT"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 PST"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 CET"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 UTC"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 GMT"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 GMT+02:00"},
            {"yyyy-MM-dd HH:mm:ss zzzz", "2024-02-29 13:14:15 Central European Standard Time"}, {"yyyy-MM-dd HH:mm:ss zzzz", "2024-02-29 13:14:15 Pacific Standard Time"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 BST"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 IST"}, {"yyyy-MM-dd HH:mm:ss z", "2024-02-29 13:14:15 JST"},
            {"yyyy-MM-dd[ HH:mm[:ss]]", "2024-02-29"}, {"yyyy-MM-dd[ HH:mm[:ss]]", "2024-02-29 13:14"}, {"yyyy-MM-dd[ HH:mm[:ss]]", "2024-02-29 13:14:15"}, {"yyyy-MM-dd[ HH:mm[:ss]]", "2024-02-29 13:"}, {"[yyyy-MM-dd][dd/MM/yyyy]", "29/02/2024"}, {"[yyyy-MM-dd][dd/MM/yyyy]", "2024-02-29"}, {"yyyy-MM-dd'T'HH:mm", "2024-02-29T13:14"}, {"yyyy''MM", "2024'02"},
            {"yyyy-MM", "2024-02"}, {"yyyy", "2024"}, {"HH:mm", "13:14"}, {"G yyyy-MM-dd", "BC 0044-03-15"}, {"GGGG yyyy-MM-dd", "Anno Domini 2024-03-15"}, {"uuuu-MM-dd yyyy", "2024-03-15 2024"}, {"uuuu-MM-dd yyyy", "2024-03-15 2023"}, {"dd dd MM yyyy", "01 01 02 2024"}, {"dd dd MM yyyy", "01 02 02 2024"}, {"yyyy-MM-dd HH:mm XXX VV", "2024-02-29 13:14 +02:00 Europe/Paris"},
            {"yyyy-MM-ddXXX", "2024-02-29+02:00"}, {"ppppd/MM/yyyy", "   9/02/2024"}, {"ppd/MM/yyyy", " 9/02/2024"}, {"ppd/MM/yyyy", "9/02/2024"}, {"yyyyMMpppd", "202402 9"}, {"yyyy-MM-dd SSS", "2024-02-29 123"}, {"yyyy-MM-dd HH:mm:ss.SSS", "2024-02-29 13:14:15.12"}, {"HH:mm:ss.SSS yyyy-MM-dd", "13:14:15.123 2024-02-29"}, {"", ""}, {"", "x"}, {"yyyy-MM-dd", "2024-02-29x"},
            {"iso_ordinal_date", "2024-060"}, {"iso_ordinal_date", "2024-060+02:00"}, {"iso_week_date", "2024-W09-4"}, {"iso_week_date", "2024-W53-4"}, {"iso_week_date", "2024-W54-4"}, {"iso_local_date_time", "2024-02-29T13:14:15"}, {"rfc_1123_date_time", "Thu, 29 Feb 2024 11:14:15 GMT"}, {"rfc_1123_date_time", "thu, 29 feb 2024 11:14:15 gmt"},
            {"rfc_1123_date_time", "29 Feb 2024 11:14 +0200"}, {"rfc_1123_date_time", "9 Feb 2024 11:14:15 +0200"}, {"rfc_1123_date_time", "Wed, 29 Feb 2024 11:14:15 GMT"}, {"rfc_1123_date_time", "Thu, 29 Feb 2024 11:14:15 +02:00"}, {"rfc_1123_date_time", "Thu, 29 Feb 2024 11:14:15 EST"}};
        for (String[] c : cases) read(c[0], c[1], "America/New_York");
    }

    static final String[] READABLE = {"yyyy", "uuuu", "MM", "M", "MMM", "MMMM", "dd", "d", "HH", "H", "mm", "m", "ss", "s", "SSS", "SSSSSSSSS", "EEE", "EEEE", "a", "XXX", "X", "VV", "z", "DDD", "D", "Q", "G", "h", "k", "K", "ww", "YYYY", "e", "n", "A", "N"};

    /** A text that a pattern printed, sometimes with a character changed, read by the pattern. */
    static void roundTrip() {
        StringBuilder b = new StringBuilder(random.nextBoolean() ? "yyyy-MM-dd " : "");
        for (int i = random.nextInt(7); i >= 0; i--) b.append(pick(READABLE)).append(pick(new String[]{" ", "-", "/", ":", "", "'T'"}));
        ZonedDateTime t = Instant.ofEpochSecond(random.nextLong(0, 4102444800L), random.nextLong(1_000_000_000)).atZone(ZoneId.of(pick(new String[]{"UTC", "Europe/Paris", "+05:30", "America/New_York"})));
        String text;
        try { text = DateTimeFormatter.ofPattern(b.toString(), Locale.US).format(t); } catch (DateTimeException | IllegalArgumentException e) { return; }
        if (random.nextInt(3) == 0 && !text.isEmpty()) {
            int at = random.nextInt(text.length());
            text = text.substring(0, at) + "0123456789 -:+Z".charAt(random.nextInt(15)) + text.substring(at + random.nextInt(2));
        }
        read(b.toString(), text, "Europe/Paris");
    }

    static void zoneIds() {
        for (String id : new String[]{"Z", "z", "", "UTC", "utc", "GMT", "UT", "GMT0", "UTC0", "GMT+0", "UTC+00:00", "UTC+1", "UTC+01", "UTC+0130", "UTC+01:30:15", "UTC+19", "UTCx", "UT+5", "+1", "+01", "+0130", "+01:30", "+013015", "+01:30:15",
            "+1:30", "+18:00", "+18:01", "-18:00", "+01:60", "+", "-", "01:00", "Europe/Paris", "europe/paris", "EST", "MST", "HST", "PST", "CET", "EST5EDT", "ROC", "PRC", "Zulu", "Etc/UTC", "Foo/Bar", "A", "Factory", "posix/Europe/Paris", "Local", "+00:00", "-00:00", "-05:00"})
            row(() -> DateTimeFormatter.ofPattern("VV XXXXX").format(Instant.ofEpochSecond(1709212455).atZone(ZoneId.of(id))), "zone", id);
    }

    static void locals() {
        String[][] changes = {{"Europe/Paris", "2024-03-31T02:30", "2024-10-27T02:30", "2024-03-31T02:00", "2024-03-31T03:00", "2024-10-27T02:00", "2024-10-27T03:00", "2024-10-27T01:59:59"}, {"America/New_York", "2024-03-10T02:15", "2024-11-03T01:15"},
            {"Australia/Lord_Howe", "2024-04-07T01:45", "2024-10-06T02:15"}, {"Pacific/Apia", "2011-12-30T12:00"}, {"Europe/Dublin", "2024-03-31T01:30", "2024-10-27T01:30"}, {"America/Sao_Paulo", "2018-11-04T00:00"}, {"Asia/Kathmandu", "1986-01-01T00:05"}, {"Africa/Monrovia", "1972-01-07T00:20"}, {"Europe/Paris", "1800-01-01T00:00"}};
        for (String[] c : changes) for (String t : Arrays.asList(c).subList(1, c.length)) read("-", t.length() == 16 ? t + ":00" : t, c[0]);
    }

    static void plus(String instant, String zone, long amount, String unit) {
        row(() -> DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.n XXXXX VV").format(Instant.parse(instant).atZone(ZoneId.of(zone)).plus(amount, ChronoUnit.valueOf(unit))), "plus", instant, zone, "" + amount, unit);
    }

    static void number(String pattern, String kind, String number) {
        Number n = switch (kind) { case "long" -> new BigInteger(number); case "decimal" -> new BigDecimal(number); default -> Double.valueOf(number); };
        Number exact = n instanceof BigInteger i && i.bitLength() < 64 ? (Number) i.longValue() : n;
        row(() -> (pattern.equals("-") ? NumberFormat.getInstance(Locale.US) : new DecimalFormat(pattern, new DecimalFormatSymbols(Locale.US))).format(exact), "number", pattern, kind, number);
    }

    static void numbers(int n) {
        String[] patterns = {"-", "", "0", "#", "00", "#,##0", "#,##0.00", "#,##0.###", "0.0", "0.00", "0.###", "#.##", "#.00", ".00", ".##", "#.", "0.", "#,###", "#,##,##0.0", "0%", "0.0%", "0.00‰", "#%", "0E0", "0.0E0", "0.###E0", "##0.##E0", "00.00E00", "#E0", "##0E0", "0.00E000", "##0.####E0",
            "'#'0", "0' %'", "''0", "0''", "$#,##0.00", "¤#,##0.00", "¤¤ 0", "0.00;(0.00)", "0;-0", "0;0-", "#,##0.00;(#)", "a0b", "abc", "-0", "+0;-0", "000,000.000", "0000000000", "#.####################", "0.0000000000000000000000", "0,000", "#,0", "0.0#", "0.#####;neg 0"};
        String[] bad = {"0#", "0.#0", "0,", "0,.0", "0.0.0", "%0%", "0%‰", "0E", "E0", "0#.0", "'0", "0.0,0", "0 0", "0.0E0E0", ";0", "0;", "#0#", "0,0,", "#,", "00#", "0.0x0"};
        String[] values = {"0", "1", "-1", "5", "12", "123", "1234", "12345", "123456789", "-1234567", "0.5", "1.5", "2.5", "-2.5", "0.125", "0.375", "1.005", "2.675", "-0.4", "0.05", "0.005", "0.001", "1234.5678", "-1234567.891", "99.995", "999.9999", "0.000012345", "123456.789", "1e10", "1e15", "1.7976931348623157e308", "1e-300", "-0.0", "0.1", "3.141592653589793"};
        for (String p : patterns) for (String v : values) {
            if (!v.contains(".") && !v.contains("e")) number(p, "long", v);
            else number(p, "double", v);
        }
        for (String p : bad) number(p, "long", "1234");
        for (String p : new String[]{"-", "#,##0.00", "0", "0%", "0.00E0", "##0.#E0", "0.##########"}) {
            for (String v : new String[]{"123456789012345678901234567890", "-9223372036854775808", "9223372036854775807", "18446744073709551616"}) number(p, "long", v);
            for (String v : new String[]{"1.10", "2.675", "0.125", "-12345678901234567890.123456789", "0.00", "1E+3", "1E-10", "2.5"}) number(p, "decimal", v);
        }
        for (String v : new String[]{"NaN", "Infinity", "-Infinity"}) for (String p : new String[]{"-", "0.00", "0%;(0%)", "0E0"}) number(p, "double", v);
        for (int i = 0; i < n; i++) {
            double d = random.nextBoolean() ? Math.round(random.nextDouble() * 1e6) / 1000.0 : random.nextDouble() * Math.pow(10, random.nextInt(-8, 12));
            number(pick(patterns), "double", Double.toString(random.nextBoolean() ? d : -d));
        }
    }
}
