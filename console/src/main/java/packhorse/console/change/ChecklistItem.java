package packhorse.console.change;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * One activity of a step's checklist.
 *
 * @param key names it in the step, for programs
 * @param activity for people
 * @param performs whose it is; empty where the product does it alone
 * @param assists who helps; they may not tick it
 * @param evidence what shows it
 * @param required whether the stage cannot be left without
 * @param tick who says that it is done
 * @param finding what the product found, for {@link EvidenceKind#FINDING} only
 */
public record ChecklistItem(
        Step step,
        String key,
        String activity,
        Optional<Role> performs,
        Set<Role> assists,
        EvidenceKind evidence,
        boolean required,
        Optional<Tick> tick,
        Optional<Finding> finding) {
    /**
     * That a person says so.
     *
     * @param note what was done, may be empty where a name or a file is enough
     * @param attachment names the file that is kept with the order
     */
    public record Tick(PersonId person, String note, Optional<String> attachment, Instant at) {
        public Tick {
            note = Words.prose("the note", note);
            attachment = attachment.map(name -> Words.named("the attachment's name", name));
        }
    }

    public ChecklistItem {
        key = Words.named("an item's key", key);
        activity = Words.named("an activity", activity);
        EnumSet<Role> ordered = EnumSet.noneOf(Role.class);
        ordered.addAll(assists);
        assists = Collections.unmodifiableSet(ordered);
        if (finding.isPresent() && evidence != EvidenceKind.FINDING) {
            throw new IllegalArgumentException(key + " is shown by a " + evidence + ", not by a finding");
        }
        if (performs.isEmpty() && evidence != EvidenceKind.FINDING) {
            throw new IllegalArgumentException(key + " is nobody's, and not the product's either");
        }
    }

    static ChecklistItem of(
            Step step, String key, String activity, Role performs, Set<Role> assists, EvidenceKind evidence) {
        return new ChecklistItem(
                step,
                key,
                activity,
                Optional.of(performs),
                assists,
                evidence,
                true,
                Optional.empty(),
                Optional.empty());
    }

    static ChecklistItem found(Step step, String key, String activity) {
        return new ChecklistItem(
                step,
                key,
                activity,
                Optional.empty(),
                Set.of(),
                EvidenceKind.FINDING,
                true,
                Optional.empty(),
                Optional.empty());
    }

    /** The same, not required. */
    ChecklistItem optional() {
        return new ChecklistItem(step, key, activity, performs, assists, evidence, false, tick, finding);
    }

    /** Whether it is done. What the product looks at is as it found it last, whoever ticked it before. */
    public boolean isDone() {
        return switch (finding.map(Finding::answer).orElse(Finding.Answer.UNKNOWN)) {
            case MET -> true;
            case NOT_MET -> false;
            case UNKNOWN -> tick.isPresent();
        };
    }

    /** The same with what the product found now. */
    ChecklistItem found(Finding now) {
        return new ChecklistItem(step, key, activity, performs, assists, evidence, required, tick, Optional.of(now));
    }

    /** Ticks it, or says why not. */
    public Outcome<ChecklistItem> tick(Tick by, Set<Role> roles) {
        if (tick.isPresent()) {
            return Outcome.rejected(
                    "\"" + activity + "\" was done already, by " + tick.get().person());
        }
        Set<Role> may = performs.map(Set::of)
                // Where the product could not look, the one who runs the order does.
                .orElse(Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR));
        if (roles.stream().noneMatch(may::contains)) {
            return Outcome.forbidden("\"" + activity + "\" is for " + new Who(may, false) + "; " + by.person()
                    + " is none" + (roles.stream().anyMatch(assists::contains) ? ", and assists only" : ""));
        }
        return switch (evidence) {
            case NAME -> ticked(by);
            case NOTE ->
                by.note().isEmpty()
                        ? Outcome.rejected("\"" + activity + "\" needs a note: say what was done")
                        : ticked(by);
            case ATTACHMENT ->
                by.attachment().isEmpty()
                        ? Outcome.rejected("\"" + activity + "\" needs an attachment: name the file")
                        : ticked(by);
            case FINDING ->
                finding.map(Finding::answer).orElse(Finding.Answer.UNKNOWN) != Finding.Answer.UNKNOWN
                        ? Outcome.rejected("\"" + activity + "\" is what the product finds: "
                                + finding.get().text())
                        : by.note().isEmpty()
                                ? Outcome.rejected("\"" + activity + "\" needs a note: the product could not look")
                                : ticked(by);
        };
    }

    private Outcome<ChecklistItem> ticked(Tick by) {
        return Outcome.moved(new ChecklistItem(
                step, key, activity, performs, assists, evidence, required, Optional.of(by), finding));
    }
}
