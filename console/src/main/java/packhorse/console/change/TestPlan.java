package packhorse.console.change;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is tried before production, when it may begin, and when it is enough.
 *
 * @param levels which are tested; each needs a case
 * @param entry what has to be so before the first case
 * @param exit what has to be so after the last
 * @param cases what is tried
 * @param risks what is left when all is passed
 */
public record TestPlan(Set<Level> levels, List<String> entry, ExitCriteria exit, List<Case> cases, List<String> risks) {
    /** How much of the whole a case is about. */
    public enum Level {
        UNIT("unit"),
        INSTALL_AND_UNINSTALL("install and uninstall"),
        INTEGRATION("integration"),
        SYSTEM("system"),
        PERFORMANCE("performance"),
        ACCEPTANCE("acceptance");

        private final String title;

        Level(String title) {
            this.title = title;
        }

        /** For people. */
        public String title() {
            return title;
        }
    }

    /**
     * When a test is enough. All cases that are required have to be passed on all kinds of machines they name, whatever else.
     *
     * @param severeOpenMax how many severe defects may be open; blocking ones never
     * @param moderateOpenMax how many moderate ones
     * @param timesMeasured whether transmission and installation times are needed
     */
    public record ExitCriteria(int severeOpenMax, int moderateOpenMax, boolean timesMeasured) {
        public ExitCriteria {
            if (severeOpenMax < 0 || moderateOpenMax < 0) {
                throw new IllegalArgumentException("at most " + severeOpenMax + " severe and " + moderateOpenMax
                        + " moderate defects; write 0 or more");
            }
        }

        /** Nothing severe open, five moderate ones, times measured. */
        public static ExitCriteria usual() {
            return new ExitCriteria(0, 5, true);
        }
    }

    /**
     * Something that is tried.
     *
     * @param name short, only once in a plan
     * @param kinds the kinds of machines it is tried on, those that production has; empty: any one will do
     * @param scenario what it stands for: a fresh install, an update from the last version, a site without a site peer
     * @param required whether the test is not passed without
     */
    public record Case(String name, String what, Level level, Set<String> kinds, String scenario, boolean required) {
        public Case {
            name = Words.named("the case", name);
            what = Words.said("what is tried in " + name, what);
            kinds = Set.copyOf(Words.lines("the kinds of machines of " + name, List.copyOf(kinds)));
            scenario = Words.line("the scenario of " + name, scenario);
        }
    }

    public TestPlan {
        EnumSet<Level> ordered = EnumSet.noneOf(Level.class);
        ordered.addAll(levels);
        levels = Collections.unmodifiableSet(ordered);
        entry = Words.lines("the entry criteria", entry);
        cases = Words.bounded("the cases", cases);
        risks = Words.lines("the risks", risks);
        Set<String> names = new HashSet<>();
        for (Case one : cases) {
            if (!names.add(one.name())) {
                throw new IllegalArgumentException("two cases are named " + one.name());
            }
        }
    }

    /** Nothing planned yet. */
    public static TestPlan empty() {
        return new TestPlan(Set.of(), List.of(), ExitCriteria.usual(), List.of(), List.of());
    }

    public Optional<Case> find(String name) {
        return cases.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    /** What is still to be planned. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (entry.isEmpty()) {
            missing.add("the entry criteria");
        }
        if (levels.isEmpty()) {
            missing.add("the levels");
        }
        for (Level level : levels) {
            if (cases.stream().noneMatch(one -> one.level() == level)) {
                missing.add("a case of the level " + level.title());
            }
        }
        return missing;
    }
}
