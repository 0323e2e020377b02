package packhorse.console.change;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import packhorse.console.change.RequestForm.Field;

/**
 * A standard change: what is done often, approved once for all, with everything filled in that is always the same. Nobody is asked for
 * what the template says already, and nobody can say otherwise while it is a standard change: what was approved is exactly that.
 *
 * @param name only one of its name
 * @param preset what the form gets; its risk class is always STANDARD
 * @param guide what the order gets
 * @param notes what the checklists get, by step and key
 * @param approvedBy who approved it for all; two, none of whom wrote it
 * @param until when it has to be approved anew
 */
public record ChangeTemplate(
        String name,
        PersonId author,
        RequestForm preset,
        DeploymentGuide guide,
        BackoutPlan backout,
        CommunicationsPlan communications,
        TestPlan testPlan,
        Map<String, String> notes,
        Set<PersonId> approvedBy,
        Optional<Instant> until) {
    /** What stands for every change that follows is approved as carefully as a major one. */
    public static final int APPROVALS = RiskClass.MAJOR.approvals();

    public ChangeTemplate {
        name = Words.named("the template", name);
        notes = Map.copyOf(new TreeMap<>(notes));
        approvedBy = Set.copyOf(approvedBy);
        if (preset.category().isEmpty()) {
            throw new IllegalArgumentException("the template " + name + " does not say what is asked for");
        }
        List<String> contradictions = preset.category().get().contradictions();
        if (!contradictions.isEmpty()) {
            throw new IllegalArgumentException("the template " + name + ": " + String.join("; ", contradictions));
        }
        if (preset.deadline().isPresent()) {
            throw new IllegalArgumentException("the template " + name + " has a deadline; each change has its own");
        }
    }

    /** Approves it for all, or says why not. */
    public Outcome<ChangeTemplate> approve(Actor actor) {
        if (!(actor instanceof Actor.Person person) || !person.isOneOf(Set.of(Role.APPROVER))) {
            return Outcome.forbidden("a template is approved by APPROVER; " + actor.name() + " is none");
        }
        if (person.id().equals(author)) {
            return Outcome.rejected(author + " wrote the template " + name + ": nobody approves their own");
        }
        if (approvedBy.contains(person.id())) {
            return Outcome.rejected(person.id() + " approved the template " + name + " already");
        }
        Set<PersonId> more = new LinkedHashSet<>(approvedBy);
        more.add(person.id());
        return Outcome.moved(
                new ChangeTemplate(name, author, preset, guide, backout, communications, testPlan, notes, more, until));
    }

    /** Whether changes may follow it without anybody's approval. */
    public boolean holds(Instant now) {
        return approvedBy.size() >= APPROVALS && until.map(now::isBefore).orElse(true);
    }

    /** What a requester is still asked; what the template says is asked of nobody. */
    public Set<Field> questions() {
        return filled(RequestForm.empty()).missing();
    }

    /** The form with what the template says in place of what the requester wrote there. */
    public RequestForm filled(RequestForm answers) {
        return new RequestForm(
                either(preset.what(), answers.what()),
                either(preset.why(), answers.why()),
                either(preset.impact(), answers.impact()),
                preset.category(),
                either(preset.products(), answers.products()),
                either(preset.target(), answers.target()),
                answers.deadline(),
                Optional.of(RiskClass.STANDARD),
                Optional.of(name),
                Set.copyOf(either(preset.media(), answers.media())));
    }

    /** Why a form is no change of this template; empty where it is one. */
    public Optional<String> refuses(RequestForm form, Instant now) {
        if (!form.risk().equals(Optional.of(RiskClass.STANDARD))
                || !form.template().equals(Optional.of(name))) {
            return Optional.of("it is no standard change by the template " + name);
        }
        if (!holds(now)) {
            return Optional.of("the template " + name + " is not approved"
                    + (approvedBy.size() >= APPROVALS ? " any more since " + until.orElseThrow() : " by enough people")
                    + ": have it approved, or ask for a normal change");
        }
        return filled(form).equals(form)
                ? Optional.empty()
                : Optional.of("it differs from the template " + name
                        + " where the template says what is done: ask for a" + " normal change");
    }

    /** The checklist with the notes that the template has for it, ticked in the name of its author. */
    public Checklist filled(Checklist checklist, Instant now) {
        return new Checklist(checklist.items().stream()
                .map(item -> {
                    String note = notes.get(item.step() + "/" + item.key());
                    return note == null
                                    || item.performs().isEmpty()
                                    || item.tick().isPresent()
                            ? item
                            : item.tick(
                                            new ChecklistItem.Tick(author, note, Optional.empty(), now),
                                            Set.of(item.performs().get()))
                                    .result()
                                    .orElse(item);
                })
                .toList());
    }

    /** Whether a tick is what the template says: that was approved for every change that follows it. */
    public boolean says(Step step, String key, ChecklistItem.Tick tick) {
        String note = notes.get(step + "/" + key);
        return note != null && tick.person().equals(author) && tick.note().equals(note.strip());
    }

    private static String either(String preset, String answer) {
        return preset.isEmpty() ? answer : preset;
    }

    private static <T> List<T> either(Collection<T> preset, Collection<T> answer) {
        return List.copyOf(preset.isEmpty() ? answer : preset);
    }
}
