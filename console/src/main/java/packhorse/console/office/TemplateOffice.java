package packhorse.console.office;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.BackoutPlan;
import packhorse.console.change.ChangeTemplate;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.DeploymentGuide;
import packhorse.console.change.RequestForm;
import packhorse.console.change.Role;
import packhorse.console.change.TestPlan;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Stored;

/** Templates of standard changes: written by one, approved for all by others. Whoever changes one begins its approval anew. */
public final class TemplateOffice {
    private static final Set<Role> AUTHORS =
            Set.of(Role.SOLUTION_ARCHITECT, Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR);

    private final Desk desk;

    public TemplateOffice(Books books) {
        this.desk = new Desk(books);
    }

    /**
     * A template as it is written.
     *
     * @param preset what requests get
     * @param notes what checklists get, by step and key: {@code READINESS/freezes}
     * @param until when it has to be approved anew
     */
    public record TemplateForm(
            RequestForm preset,
            Optional<DeploymentGuide> guide,
            Optional<BackoutPlan> backout,
            Optional<CommunicationsPlan> communications,
            Optional<TestPlan> testPlan,
            Optional<Map<String, String>> notes,
            Optional<Instant> until) {}

    /** Writes a new one, or another text of one: nobody has approved that yet. */
    public Stored<ChangeTemplate> write(Actor.Person who, String name, OptionalLong seen, TemplateForm form) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, AUTHORS, "a template is written");
            ChangeTemplate template = new ChangeTemplate(
                    name,
                    who.id(),
                    form.preset(),
                    form.guide().orElse(DeploymentGuide.empty()),
                    form.backout().orElse(BackoutPlan.empty()),
                    form.communications().orElse(CommunicationsPlan.empty()),
                    form.testPlan().orElse(TestPlan.empty()),
                    form.notes().orElse(Map.of()),
                    Set.of(),
                    form.until());
            Optional<Stored<ChangeTemplate>> before = pages.find(Kinds.TEMPLATE, template.name());
            Stored<ChangeTemplate> kept = before.isEmpty()
                    ? pages.add(Kinds.TEMPLATE, template.name(), template)
                    : pages.change(pages.get(Kinds.TEMPLATE, template.name(), seen), template);
            pages.audit("template.write", template.name(), Desk.details());
            return kept;
        });
    }

    /** Approves it for all changes that follow it. */
    public Stored<ChangeTemplate> approve(Actor.Person who, String name, OptionalLong seen) {
        return desk.write(who, pages -> {
            Stored<ChangeTemplate> stored = pages.get(Kinds.TEMPLATE, name, seen);
            Stored<ChangeTemplate> kept =
                    pages.change(stored, Desk.require(stored.value().approve(who)));
            pages.audit(
                    "template.approve",
                    name,
                    Desk.details("approvals", kept.value().approvedBy().size() + " of " + ChangeTemplate.APPROVALS));
            return kept;
        });
    }

    /** A page of templates. */
    public List<Stored<ChangeTemplate>> list(String after, int limit) {
        return desk.read(pages -> Lists.page(pages, Kinds.TEMPLATE, Optional.empty(), Optional.empty(), after, limit));
    }

    /** One template; its questions are what a requester is still asked. */
    public Stored<ChangeTemplate> get(String name) {
        return desk.read(pages -> pages.get(Kinds.TEMPLATE, name));
    }
}
