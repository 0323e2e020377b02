package packhorse.console.change;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
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
     * @param answered what it was said of, where the product could not look: it says nothing of anything else
     */
    public record Tick(
            PersonId person, String note, Optional<String> attachment, Instant at, Optional<Answered> answered) {
        public Tick {
            note = Words.prose("the note", note);
            attachment = attachment.map(name -> Words.named("the attachment's name", name));
        }

        /** Of nothing that the product looks at. */
        public Tick(PersonId person, String note, Optional<String> attachment, Instant at) {
            this(person, note, attachment, at, Optional.empty());
        }

        /** Whether it was said of exactly this. */
        public boolean answers(Finding found) {
            return answered.filter(said -> said.findings().contains(found.own().text()))
                    .isPresent();
        }

        private Tick of(Answered what) {
            return new Tick(person, note, attachment, at, Optional.of(what));
        }
    }

    /**
     * What a tick was said of.
     *
     * @param deployment whose readiness was asked for; empty where it is of no deployment
     * @param findings what the product could not look at, in its words
     */
    public record Answered(Optional<String> deployment, List<String> findings) {
        public Answered {
            findings = Words.bounded("what was found", findings);
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

    /** Whether it is done. What the product looks at is as it found it last, whoever ticked it before; a tick is of what it answered. */
    public boolean isDone() {
        if (finding.isEmpty()) {
            return tick.isPresent();
        }
        Finding found = finding.get();
        return switch (found.answer()) {
            case MET -> true;
            case NOT_MET -> false;
            case UNKNOWN ->
                found.asked().isEmpty()
                        && tick.filter(said -> said.answers(found)).isPresent();
        };
    }

    /** Whether a person is asked: the product could not look, whoever has answered meanwhile. */
    private boolean isAsked() {
        return finding.map(found -> found.own().answer() == Finding.Answer.UNKNOWN)
                .orElse(true);
    }

    /** The same with what the product found now. */
    ChecklistItem found(Finding now) {
        return new ChecklistItem(step, key, activity, performs, assists, evidence, required, tick, Optional.of(now));
    }

    /** Ticks it, or says why not. What was ticked may be ticked again: the last one counts. */
    public Outcome<ChecklistItem> tick(Tick by, Set<Role> roles) {
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
                !isAsked()
                        ? Outcome.rejected("\"" + activity + "\" is what the product finds: "
                                + finding.map(Finding::text).orElse(""))
                        : by.note().isEmpty()
                                ? Outcome.rejected("\"" + activity + "\" needs a note: the product could not look")
                                : ticked(by);
        };
    }

    private Outcome<ChecklistItem> ticked(Tick by) {
        Tick said = finding.isEmpty() || by.answered().isPresent()
                ? by
                : by.of(new Answered(
                        Optional.empty(), List.of(finding.get().own().text())));
        return Outcome.moved(new ChecklistItem(
                step, key, activity, performs, assists, evidence, required, Optional.of(said), finding));
    }
}
