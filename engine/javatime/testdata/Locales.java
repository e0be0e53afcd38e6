import java.nio.charset.StandardCharsets;
import java.io.*;
import java.time.*;
import java.time.chrono.IsoChronology;
import java.time.format.*;
import java.time.temporal.*;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;

/** Prints engine/javatime/locales.tsv; the file's header says what its rows mean. Run with JDK 25: java Locales.java > locales.tsv */
public class Locales {
    static final List<String> LANGUAGES = List.of("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "no", "nn", "fi", "is", "cs", "sk",
        "hu", "ro", "tr", "el", "ru", "uk", "bg", "hr", "sr", "sl", "et", "lv", "lt", "ca", "eu", "gl", "ga", "sq", "mk", "ja", "zh", "ko");
    /** Names that are mostly the same as others. */
    static final String[][] SAME = {{"L4", "M4"}, {"L3", "M3"}, {"L5", "M5"}, {"c4", "E4"}, {"c3", "E3"}, {"c5", "E5"}, {"q4", "Q4"}, {"q3", "Q3"}, {"q5", "Q5"}, {"B4", "B1"}, {"B5", "B1"}};
    static final ZoneId UTC = ZoneId.of("UTC");

    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        out.print("""
            # Names and patterns of dates by locale, and names of zones: Unicode CLDR 47 as JDK 25 has it.
            # Copyright 1991-2025 Unicode, Inc.; Unicode License V3, see locales.license.txt
            # Made by testdata/Locales.java. Rows: locale, tag, fields as name=a|b|c (a regional row has what differs from its language);
            # week, first day (1 is Monday) and least days of the first week, regions; zone, names in English, zones they are read as, zones;
            # zonenames, tag, first zone of a row above or one alone, names, or =, tag with the same names; unsupported, languages that CLDR has and this table has not.
            """);
        Map<String, Map<String, String>> rows = new TreeMap<>();
        rows.put("", row(Locale.ROOT));
        for (String l : LANGUAGES) rows.put(l, row(Locale.forLanguageTag(l)));
        for (Locale l : Locale.getAvailableLocales()) {
            if (!LANGUAGES.contains(l.getLanguage()) || !l.getVariant().isEmpty() || l.hasExtensions() || l.toLanguageTag().equals(l.getLanguage())) continue;
            rows.put(l.toLanguageTag(), row(l));
        }
        for (var e : new TreeMap<>(rows).entrySet()) {
            String parent = e.getKey();
            Map<String, String> fields = new LinkedHashMap<>(e.getValue());
            while (parent.contains("-")) {
                parent = parent.substring(0, parent.lastIndexOf('-'));
                if (rows.containsKey(parent)) break;
            }
            if (rows.containsKey(parent) && !parent.equals(e.getKey())) {
                Map<String, String> base = rows.get(parent);
                Map<String, String> all = new LinkedHashMap<>(fields);
                fields.entrySet().removeIf(f -> f.getValue().equals(base.get(f.getKey())));
                for (String[] same : SAME) if (fields.containsKey(same[1])) fields.put(same[0], all.get(same[0]));
            } else {
                // what a language has like another of its own fields is left out: standalone names like the others
                for (String[] same : SAME)
                    if (fields.get(same[0]).equals(fields.get(same[1]))) fields.remove(same[0]);
            }
            if (fields.isEmpty()) continue;
            out.print("locale\t" + e.getKey());
            fields.forEach((k, v) -> out.print("\t" + k + "=" + v));
            out.print("\n");
        }
        Map<String, List<String>> weeks = new TreeMap<>();
        for (String region : Locale.getISOCountries())
            weeks.computeIfAbsent(week("en-" + region), k -> new ArrayList<>()).add(region);
        weeks.forEach((k, v) -> out.print("week\t" + k + "\t" + String.join(" ", v) + "\n"));
        out.print("week\t" + week("en-XX") + "\tXX\n");
        out.print("week\t" + week("en") + "\t\n");
        zones(out, rows.keySet());
        out.print("unsupported\t" + Stream.of(Locale.getAvailableLocales()).map(Locale::getLanguage).filter(l -> !l.isEmpty() && !LANGUAGES.contains(l)).distinct().sorted().collect(Collectors.joining(" ")) + "\n");
        out.flush();
    }

    static String week(String tag) {
        WeekFields w = WeekFields.of(Locale.forLanguageTag(tag));
        return w.getFirstDayOfWeek().getValue() + "\t" + w.getMinimalDaysInFirstWeek();
    }

    static Map<String, String> row(Locale l) {
        Map<String, String> m = new LinkedHashMap<>();
        LocalDate d = LocalDate.of(2024, 1, 1); // a Monday
        for (String p : new String[]{"MMMM", "LLLL", "MMM", "LLL", "MMMMM", "LLLLL"})
            m.put(p.charAt(0) + "" + p.length(), list(12, i -> text(p, l, d.plusMonths(i).atStartOfDay(UTC))));
        for (String p : new String[]{"EEEE", "cccc", "EEE", "ccc", "EEEEE", "ccccc"})
            m.put(p.charAt(0) + "" + p.length(), list(7, i -> text(p, l, d.plusDays(i).atStartOfDay(UTC))));
        for (String p : new String[]{"QQQQ", "qqqq", "QQQ", "qqq", "QQQQQ", "qqqqq"})
            m.put(p.charAt(0) + "" + p.length(), list(4, i -> text(p, l, d.plusMonths(3 * i).atStartOfDay(UTC))));
        for (String p : new String[]{"G", "GGGG", "GGGGG"})
            m.put("G" + p.length(), list(2, i -> text(p, l, (i == 0 ? LocalDate.of(-5, 1, 1) : d).atStartOfDay(UTC))));
        m.put("a", list(2, i -> text("a", l, d.atTime(12 * i, 0).atZone(UTC))));
        m.put("O", text("O", l, d.atStartOfDay(UTC)));
        for (String p : new String[]{"B", "BBBB", "BBBBB"}) {
            StringBuilder b = new StringBuilder();
            String last = null;
            for (int minute = 0; minute < 1440; minute++) {
                String now = text(p, l, d.atStartOfDay(UTC).plusMinutes(minute));
                if (!now.equals(last)) b.append(b.isEmpty() ? "" : "|").append(minute).append(' ').append(now);
                last = now;
            }
            m.put("B" + p.length(), b.toString());
        }
        for (FormatStyle s : FormatStyle.values())
            m.put(s.name().toLowerCase(Locale.ROOT), DateTimeFormatterBuilder.getLocalizedDateTimePattern(s, s, IsoChronology.INSTANCE, l));
        return m;
    }

    static String list(int n, IntFunction<String> f) {
        return IntStream.range(0, n).mapToObj(f).peek(s -> { if (s.contains("|")) throw new IllegalStateException(s); }).collect(Collectors.joining("|"));
    }

    static String text(String pattern, Locale l, ZonedDateTime t) { return DateTimeFormatter.ofPattern(pattern, l).format(t); }

    /** The names of a zone: short and long, of the standard time, of the daylight time, and of both. */
    static String names(ZoneId z, Locale l) {
        return Stream.of(TextStyle.SHORT, TextStyle.FULL).map(s -> Stream.of("S", "D", "G").map(k -> {
            if (k.equals("G")) return new DateTimeFormatterBuilder().appendGenericZoneText(s).toFormatter(l).format(ZonedDateTime.now(z));
            TimeZone tz = TimeZone.getTimeZone(z);
            return tz.getDisplayName(k.equals("D"), s == TextStyle.SHORT ? TimeZone.SHORT : TimeZone.LONG, l);
        }).collect(Collectors.joining("|"))).collect(Collectors.joining("|"));
    }

    /** Zones that have names in every language here; the others have them in English. */
    static final List<String> NAMED = List.of("UTC", "GMT", "Europe/Paris", "Europe/London", "Europe/Lisbon", "Europe/Athens", "Europe/Moscow", "America/New_York",
        "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Halifax", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Kolkata", "Europe/Dublin", "Australia/Sydney");

    static void zones(PrintStream out, Set<String> tags) {
        Map<String, List<String>> byNames = new TreeMap<>();
        for (String id : new TreeSet<>(ZoneId.getAvailableZoneIds()))
            if (!id.startsWith("SystemV/")) byNames.computeIfAbsent(names(ZoneId.of(id), Locale.US), k -> new ArrayList<>()).add(id);
        byNames.forEach((names, ids) -> {
            List<String> read = new ArrayList<>();
            for (String name : names.split("\\|")) read.add(read(name));
            out.print("zone\t" + names + "\t" + String.join("|", read) + "\t" + String.join(" ", ids) + "\n");
        });
        Map<String, String> printed = new HashMap<>();
        for (String tag : tags) {
            Locale l = Locale.forLanguageTag(tag);
            if (tag.equals("en")) continue;
            boolean english = l.getLanguage().equals("en"), regional = tag.contains("-");
            StringBuilder rows = new StringBuilder(), own = new StringBuilder();
            boolean[] differs = {false};
            byNames.forEach((names, ids) -> {
                if (!english && ids.stream().noneMatch(NAMED::contains)) return;
                Set<String> all = ids.stream().map(id -> names(ZoneId.of(id), l)).collect(Collectors.toSet());
                if (all.size() > 1) { // what is one zone in English is several in this language
                    if (regional && english) for (String id : ids) if (!names(ZoneId.of(id), l).equals(names)) rows.append("zonenames\tTAG\t" + id + "\t" + names(ZoneId.of(id), l) + "\n");
                    return;
                }
                String name = all.iterator().next(), parent = names(ZoneId.of(ids.get(0)), Locale.forLanguageTag(l.getLanguage()));
                if (!longNames(name).equals(longNames(parent))) differs[0] = true;
                own.append("zonenames\tTAG\t" + ids.get(0) + "\t" + name + "\n");
                if (!regional || english && !name.equals(parent)) rows.append("zonenames\tTAG\t" + ids.get(0) + "\t" + name + "\n");
            });
            String text = (!regional || english ? rows : own).toString();
            if (text.isEmpty() || regional && !english && !differs[0]) continue;
            String first = printed.putIfAbsent(text, tag);
            out.print(first != null ? "zonenames\t" + tag + "\t=\t" + first + "\n" : text.replace("TAG", tag));
        }
    }

    /** The zone that an English name is read as: Java's choice if that zone has the name, else the first known one that has it. */
    static String read(String name) {
        try {
            String id = new DateTimeFormatterBuilder().appendPattern(name.length() > 5 ? "zzzz" : "z").toFormatter(Locale.US).parse(name).query(TemporalQueries.zone()).getId();
            if (id.contains("/") && List.of(names(ZoneId.of(id), Locale.US).split("\\|")).contains(name) && !id.equals("Africa/Abidjan")) return id;
        } catch (DateTimeException e) { }
        for (String id : NAMED) if (id.contains("/") && List.of(names(ZoneId.of(id), Locale.US).split("\\|")).contains(name) && !name.equals("GMT")) return id;
        return "";
    }

    static String longNames(String names) { return String.join("|", List.of(names.split("\\|")).subList(3, 6)); }
}
