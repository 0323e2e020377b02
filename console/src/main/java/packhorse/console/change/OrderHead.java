package packhorse.console.change;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an order is filed under.
 *
 * @param manager who answers for it
 * @param phase of the project
 * @param unit the organizational unit that pays
 * @param externalId its name in an outside change system
 * @param description short, one line
 * @param related other orders that one should know of
 * @param startCondition what has to be so before it begins, in words
 * @param targetDate when it is to be done
 * @param media wanted; empty: electronic
 */
public record OrderHead(
        String project,
        String subProject,
        PersonId manager,
        String phase,
        String unit,
        Optional<String> externalId,
        String description,
        Set<OrderId> related,
        String startCondition,
        Optional<Instant> targetDate,
        Set<Medium> media) {
    public OrderHead {
        project = Words.line("the project", project);
        subProject = Words.line("the sub-project", subProject);
        phase = Words.line("the phase", phase);
        unit = Words.line("the organizational unit", unit);
        externalId = externalId.map(id -> Words.named("the external id", id));
        description = Words.named("the short description", description);
        related = Collections.unmodifiableSortedSet(new TreeSet<>(related));
        startCondition = Words.prose("the start condition", startCondition);
        EnumSet<Medium> ordered = EnumSet.noneOf(Medium.class);
        ordered.addAll(media);
        media = Collections.unmodifiableSet(ordered);
    }

    /** What a request says already; the rest may be filled in later. */
    public static OrderHead of(ChangeRequest request, PersonId manager) {
        return new OrderHead(
                "",
                "",
                manager,
                "",
                "",
                Optional.empty(),
                request.form().what(),
                Set.of(),
                "",
                request.form().deadline(),
                request.form().media());
    }
}
