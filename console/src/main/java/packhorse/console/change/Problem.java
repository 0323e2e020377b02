package packhorse.console.change;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.ReleaseName;
import packhorse.core.topology.EndpointId;

/**
 * Something that went wrong and somebody has to look at. {@link ProblemMachine} moves it.
 *
 * @param order the order it came up in
 * @param product the release line it is about, where it is about one
 * @param endpoints where it was seen
 * @param codes the return codes it was seen with
 * @param assignee who looks at it
 * @param team who has it, where it was transferred
 * @param resolution what was found and done
 * @param external its name in an outside problem system
 */
public record Problem(
        ProblemId id,
        OrderId order,
        Optional<ReleaseName> product,
        String title,
        Set<EndpointId> endpoints,
        Set<Integer> codes,
        ProblemState state,
        Optional<PersonId> assignee,
        Optional<String> team,
        String resolution,
        Optional<String> external,
        Instant opened,
        List<HistoryEntry> history) {
    public Problem {
        title = Words.named("the problem", title);
        endpoints = Set.copyOf(endpoints);
        codes = Set.copyOf(codes);
        team = team.map(name -> Words.named("the team", name));
        resolution = Words.prose("the resolution", resolution);
        external = external.map(name -> Words.named("the outside name", name));
        history = List.copyOf(history);
        if (state == ProblemState.ASSIGNED && assignee.isEmpty()) {
            throw new IllegalArgumentException(id + " is assigned to nobody");
        }
        if (state == ProblemState.TRANSFERRED && team.isEmpty()) {
            throw new IllegalArgumentException(id + " is transferred to no team");
        }
    }

    /** One that just came up. */
    public static Problem open(
            ProblemId id,
            OrderId order,
            Optional<ReleaseName> product,
            String title,
            Set<EndpointId> endpoints,
            Set<Integer> codes,
            Actor by,
            Instant now) {
        return new Problem(
                id,
                order,
                product,
                title,
                endpoints,
                codes,
                ProblemState.OPEN,
                Optional.empty(),
                Optional.empty(),
                "",
                Optional.empty(),
                now,
                List.of(HistoryEntry.by(by, now, "opened it", "")));
    }
}
