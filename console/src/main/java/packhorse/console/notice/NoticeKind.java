package packhorse.console.notice;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import packhorse.console.change.CommunicationsPlan.Occasion;

/**
 * What somebody is told of. The names are kept and shown to other systems.
 *
 * <p>A template of every kind may name {@code about} (the order's, request's or problem's id), {@code title}, {@code at}, {@code who},
 * {@code call} (whom to call) and {@code text} (one line that says it all), and those that stand with it.
 */
public enum NoticeKind {
    /** A change is coming to production: what, when, whom to call. */
    ANNOUNCED("order.announced", false, Optional.of(Occasion.ANNOUNCED), "starts", "sites"),
    BETA_STARTED("beta.started", false, Optional.of(Occasion.BETA_STARTED), "wave", "endpoints"),
    GO("order.go", false, Optional.of(Occasion.GO), "evidence"),
    NO_GO("order.no-go", false, Optional.of(Occasion.NO_GO), "evidence"),
    WAVE_STARTED("wave.started", false, Optional.of(Occasion.WAVE_STARTED), "wave", "endpoints"),
    WAVE_JUDGED("wave.judged", false, Optional.of(Occasion.WAVE_JUDGED), "wave", "verdict", "evidence"),
    /** A wave did not pass: urgent. */
    GATE_FAILED("gate.failed", true, Optional.of(Occasion.WAVE_JUDGED), "wave", "verdict", "evidence"),
    /** Nothing new starts: urgent. */
    HELD("order.held", true, Optional.of(Occasion.HELD), "reason"),
    /** The console found one of its own laws broken, and holds: urgent. */
    LAW_BROKEN("law.broken", true, Optional.of(Occasion.HELD), "law", "reason"),
    /** It has waited for a person for days: urgent. */
    ESCALATED("order.escalated", true, Optional.of(Occasion.HELD), "reason"),
    /** What was put in place goes back: urgent. */
    ROLLED_BACK("order.rolled-back", true, Optional.of(Occasion.ROLLED_BACK), "reason"),
    /** How it stands, at its own frequency. */
    STATUS("order.status", false, Optional.of(Occasion.STATUS), "state", "done", "next"),
    CLOSED("order.closed", false, Optional.of(Occasion.CLOSED), "result"),
    /** For other systems: a change was asked for. */
    CHANGE_OPENED("change.opened", false, Optional.empty(), "risk"),
    CHANGE_APPROVED("change.approved", false, Optional.empty(), "digest"),
    CHANGE_CLOSED("change.closed", false, Optional.empty(), "result"),
    PROBLEM_OPENED("problem.opened", false, Optional.empty(), "order", "code", "endpoints"),
    PROBLEM_TRANSFERRED("problem.transferred", false, Optional.empty(), "order", "team");

    /** What each kind can say. */
    private static final String[] ALWAYS = {"about", "title", "at", "who", "call", "text"};

    private final String word;
    private final boolean urgent;
    private final Optional<Occasion> occasion;
    /** Blanks between them: an enum's fields are values that cannot change. */
    private final String own;

    NoticeKind(String word, boolean urgent, Optional<Occasion> occasion, String... own) {
        this.word = word;
        this.urgent = urgent;
        this.occasion = occasion;
        this.own = String.join(" ", own);
    }

    /** As other systems see it: {@code wave.judged}. */
    public String word() {
        return word;
    }

    /** Whether it waits for nobody's night and is gathered with nothing. */
    public boolean urgent() {
        return urgent;
    }

    /** Where a communications plan has it; empty: it is only for other systems. */
    public Optional<Occasion> occasion() {
        return occasion;
    }

    /** The facts that a notice of this kind brings beside those of every notice. */
    public SortedSet<String> own() {
        return new TreeSet<>(Arrays.asList(own.split(" ", -1)));
    }

    /** All of its own facts: those that are known, the others empty. */
    public SortedMap<String, String> whole(Map<String, String> known) {
        SortedMap<String, String> all = new TreeMap<>();
        own().forEach(name -> all.put(name, known.getOrDefault(name, "")));
        return all;
    }

    /** What a template of this kind may name. */
    public SortedSet<String> placeholders() {
        SortedSet<String> all = own();
        all.addAll(Arrays.asList(ALWAYS));
        return all;
    }

    /** @throws IllegalArgumentException with the words there are */
    public static NoticeKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + word + "\" is no kind of notice; there are "
                        + Arrays.stream(values()).map(NoticeKind::word).collect(Collectors.joining(", "))));
    }
}
