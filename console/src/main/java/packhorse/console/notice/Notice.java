package packhorse.console.notice;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.Problem;
import packhorse.core.PlainText;

/**
 * Something that happened and that people or other systems are told of.
 *
 * @param about the order's, request's or problem's id
 * @param key tells this happening from every other: {@code CO-2026-0001/D1/W1 judged}; decided twice it is still one
 * @param title of the order, request or problem
 * @param who did it; the console's own name for what it did itself
 * @param text one line that says it all
 * @param facts those that its kind has beside, each a line
 */
public record Notice(
        NoticeKind kind,
        String about,
        String key,
        String title,
        Instant at,
        String who,
        String text,
        SortedMap<String, String> facts) {
    /** A fact is a line of a mail or a card; what is longer stands in a report. */
    public static final int FACT_CHARS_MAX = 1_000;
    /** An id with a deployment and a wave is shorter. */
    public static final int KEY_CHARS_MAX = 200;

    public Notice {
        at = Instant.ofEpochMilli(at.toEpochMilli());
        about = line(about);
        key = line(key);
        title = line(title);
        who = line(who);
        text = line(text);
        if (about.isEmpty() || about.length() > KEY_CHARS_MAX || key.isEmpty() || key.length() > KEY_CHARS_MAX) {
            throw new IllegalArgumentException("a notice's subject and key have 1 to " + KEY_CHARS_MAX
                    + " characters: \"" + about + "\", \"" + key + "\"");
        }
        if (!facts.keySet().equals(kind.own())) {
            throw new IllegalArgumentException(
                    "a notice " + kind.word() + " says " + kind.own() + ", not " + facts.keySet());
        }
        SortedMap<String, String> lines = new TreeMap<>();
        facts.forEach((name, value) -> lines.put(name, line(value)));
        facts = Collections.unmodifiableSortedMap(lines);
    }

    /** The same with the facts in whatever order they come. */
    public static Notice of(
            NoticeKind kind,
            String about,
            String key,
            String title,
            Instant at,
            String who,
            String text,
            Map<String, String> facts) {
        return new Notice(kind, about, key, title, at, who, text, new TreeMap<>(facts));
    }

    /**
     * What other systems hear of a request.
     *
     * @param own what its kind has besides; those that are missing are empty
     */
    public static Notice ofRequest(
            NoticeKind kind, ChangeRequest request, Instant at, String who, String text, Map<String, String> own) {
        String id = request.id().text();
        String key = id + " " + kind.word() + " " + request.round() + since(request.submitted());
        return of(kind, id, key, request.form().what(), at, who, text, kind.whole(own));
    }

    /**
     * What other systems hear of a problem.
     *
     * @param own what its kind has besides; those that are missing are empty
     */
    public static Notice ofProblem(
            NoticeKind kind, Problem problem, Instant at, String who, String text, Map<String, String> own) {
        String id = problem.id().text();
        String key = id + " " + kind.word() + " " + problem.history().size() + since(Optional.of(problem.opened()));
        return of(kind, id, key, problem.title(), at, who, text, kind.whole(own));
    }

    /** Numbers go back with a ledger that is restored and are given once more; time is not. */
    private static String since(Optional<Instant> begun) {
        return begun.map(at -> " " + at.toEpochMilli()).orElse("");
    }

    private static String line(String text) {
        return Clipped.to(PlainText.line(text), FACT_CHARS_MAX);
    }

    /**
     * What a template may name, each a line.
     *
     * @param call whom the one who is told may call
     */
    SortedMap<String, String> values(String call) {
        SortedMap<String, String> values = new TreeMap<>(facts);
        values.put("about", about);
        values.put("title", title);
        values.put("at", at.toString());
        values.put("who", who);
        values.put("text", text);
        values.put("call", line(call));
        return values;
    }
}
