package packhorse.dist.demo;

import java.util.ArrayList;
import java.util.List;
import packhorse.dist.CommandLines;

/** Command lines that are to be refused, and what was not as it should be; all of it is told at the end. */
final class Refused {
    /** Bad input: mend it and ask again. */
    static final int WRONG = 2;

    /** Well asked, and not done. */
    static final int NO = 3;

    private final List<String> otherwise = new ArrayList<>();
    private int asked;

    /** Somebody is refused with that exit code, in one line that contains {@code part}. */
    void no(Person who, int code, String part, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--profile", who.profile().toString()));
        CommandLines.Said said = CommandLines.patiently(all.toArray(String[]::new));
        asked++;
        boolean right = said.code() == code
                && said.out().isEmpty()
                && said.err().lines().count() == 1
                && said.err().startsWith("packhorse: ")
                && !said.err().startsWith("packhorse: unexpected")
                && said.err().contains(part);
        if (!right) {
            otherwise.add(who.name() + ": packhorse " + String.join(" ", words) + "\n  was to end with " + code
                    + " and to say \"" + part + "\": " + said);
        }
    }

    /** What was not refused as it should be, and how it ended instead. */
    String otherwise() {
        return String.join("\n", otherwise);
    }

    int asked() {
        return asked;
    }
}
