// Answers.java reads lines of pattern, replacement and subject, JSON texts with tabs between them, and adds what
// java.util.regex says: whether the whole subject matches, where each match and its groups begin and end, in characters,
// and what replaceAll makes of it.
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.regex.*;

public class Answers {
    static String unquote(String s) {
        StringBuilder b = new StringBuilder();
        for (int i = 1; i < s.length() - 1; i++) {
            char c = s.charAt(i);
            if (c != '\\') { b.append(c); continue; }
            c = s.charAt(++i);
            switch (c) {
                case 'n' -> b.append('\n');
                case 'r' -> b.append('\r');
                case 't' -> b.append('\t');
                case 'b' -> b.append('\b');
                case 'f' -> b.append('\f');
                case 'u' -> { b.append((char) Integer.parseInt(s.substring(i + 1, i + 5), 16)); i += 4; }
                default -> b.append(c);
            }
        }
        return b.toString();
    }

    static String quote(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c == '"' || c == '\\') b.append('\\').append(c);
            else if (c < ' ' || c > '~') b.append(String.format("\\u%04x", (int) c));
            else b.append(c);
        }
        return b.append('"').toString();
    }

    static String answer(String pattern, String replacement, String subject) {
        Matcher m;
        try {
            m = Pattern.compile(pattern).matcher(subject);
        } catch (PatternSyntaxException e) {
            return "!";
        }
        StringBuilder b = new StringBuilder(m.matches() ? "=" : "");
        m.reset();
        while (m.find()) {
            for (int g = 0; g <= m.groupCount(); g++)
                b.append(g == 0 ? " " : ",").append(m.start(g) < 0 ? "-" : subject.codePointCount(0, m.start(g)) + ":" + subject.codePointCount(0, m.end(g)));
        }
        b.append('\t');
        try {
            b.append(quote(m.reset().replaceAll(replacement)));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            b.append("!");
        }
        return b.toString();
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);
        for (String line; (line = in.readLine()) != null; ) {
            String[] f = line.split("\t");
            String[] answer = {"?"};
            Thread t = new Thread(null, () -> {
                try { answer[0] = answer(unquote(f[0]), unquote(f[1]), unquote(f[2])); } catch (Throwable e) { answer[0] = "?" + e; }
            }, "a", 64 << 20);
            t.setDaemon(true);
            t.start();
            t.join(5000);
            out.println(line + "\t" + answer[0]);
        }
        out.flush();
        Runtime.getRuntime().halt(0);
    }
}
