// Properties.java prints the rows of engine/javaregex/properties.tsv: names of Unicode that Go's package unicode has no tables for.
// Run it with --add-opens java.base/java.lang=ALL-UNNAMED.
import java.lang.reflect.Field;
import java.util.*;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

public class Properties {
    static String ranges(IntPredicate in) {
        StringBuilder b = new StringBuilder();
        for (int c = 0, start = -1; c <= 0x110000; c++) {
            boolean has = c <= 0x10FFFF && in.test(c);
            if (has && start < 0) start = c;
            if (has || start < 0) continue;
            b.append(b.isEmpty() ? "" : " ").append(Integer.toHexString(start));
            if (c - 1 > start) b.append('-').append(Integer.toHexString(c - 1));
            start = -1;
        }
        return b.toString();
    }

    @SuppressWarnings("unchecked")
    static <T> TreeMap<String, T> field(Class<?> of, String name) throws Exception {
        Field f = of.getDeclaredField(name);
        f.setAccessible(true);
        return new TreeMap<>((Map<String, T>) f.get(null));
    }

    public static void main(String[] args) throws Exception {
        Map<Character.UnicodeBlock, Set<String>> names = new HashMap<>();
        TreeMap<String, Character.UnicodeBlock> blocks = field(Character.UnicodeBlock.class, "map");
        blocks.forEach((name, block) -> names.computeIfAbsent(block, b -> new TreeSet<>()).add(name));
        Set<Character.UnicodeBlock> seen = new LinkedHashSet<>();
        for (int c = 0; c <= 0x10FFFF; c++) if (Character.UnicodeBlock.of(c) != null) seen.add(Character.UnicodeBlock.of(c));
        for (Character.UnicodeBlock block : seen)
            System.out.println("block\t" + String.join(",", names.get(block)) + "\t" + ranges(c -> Character.UnicodeBlock.of(c) == block));
        TreeMap<String, Character.UnicodeScript> scripts = field(Character.UnicodeScript.class, "aliases");
        scripts.forEach((name, script) -> System.out.println("script\t" + name + "\t" + script.name()));
        for (String name : new String[] { "Emoji", "Emoji_Presentation", "Emoji_Modifier", "Emoji_Modifier_Base", "Emoji_Component", "Extended_Pictographic" }) {
            Pattern p = Pattern.compile("\\p{Is" + name + "}");
            System.out.println("property\t" + name.toUpperCase() + "\t" + ranges(c -> p.matcher(new String(Character.toChars(c))).matches()));
        }
        System.out.println("property\tMIRRORED\t" + ranges(Character::isMirrored));
    }
}
