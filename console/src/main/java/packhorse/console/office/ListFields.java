package packhorse.console.office;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.OrderState;
import packhorse.console.change.Problem;
import packhorse.console.change.ProblemState;
import packhorse.console.change.RequestState;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Stage;
import packhorse.console.fleet.Fields;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Hold;

/** What filters of lists may ask for. */
final class ListFields {
    static final Fields<Stored<ChangeRequest>> REQUESTS = stored(Fields.<Stored<ChangeRequest>>of("a request"))
            .word(
                    "state",
                    "where it is",
                    words(RequestState.values()),
                    of(one -> List.of(one.state().name())))
            .text("requester", "who asks", of(one -> List.of(one.requester().name())))
            .text("what", "what is wanted", of(one -> List.of(one.form().what())))
            .word(
                    "risk",
                    "its class",
                    words(RiskClass.values()),
                    of(one -> one.form().risk().map(RiskClass::name).stream().toList()))
            .text(
                    "product",
                    "releases that it is about",
                    of(one ->
                            one.form().products().stream().map(Object::toString).toList()))
            .text(
                    "template",
                    "the standard change that it follows",
                    of(one -> one.form().template().stream().toList()))
            .text(
                    "order",
                    "the order that carries it out",
                    of(one -> one.order().stream().map(Object::toString).toList()))
            .time(
                    "deadline",
                    "until when",
                    of(one -> one.form().deadline().stream().toList()))
            .time(
                    "submitted",
                    "when it was handed in",
                    of(one -> one.submitted().stream().toList()))
            .time("closed", "when it ended", of(one -> one.closed().stream().toList()))
            .build();

    static final Fields<Stored<ChangeOrder>> ORDERS = stored(Fields.<Stored<ChangeOrder>>of("an order"))
            .word(
                    "state",
                    "where it is",
                    words(OrderState.values()),
                    of(one -> List.of(one.state().name())))
            .word(
                    "risk",
                    "its class",
                    words(RiskClass.values()),
                    of(one -> List.of(one.risk().name())))
            .text(
                    "project",
                    "that it is filed under",
                    of(one -> List.of(one.head().project())))
            .text("unit", "of the organization", of(one -> List.of(one.head().unit())))
            .text(
                    "manager",
                    "whose order it is",
                    of(one -> List.of(one.head().manager().name())))
            .text("description", "in short", of(one -> List.of(one.head().description())))
            .text(
                    "externalId",
                    "what another system calls it",
                    of(one -> one.head().externalId().stream().toList()))
            .text(
                    "request",
                    "requests that it carries out",
                    of(one -> one.requests().stream().map(Object::toString).toList()))
            .text(
                    "site",
                    "where it is for",
                    of(one -> one.plans().distribution().sites()))
            .text(
                    "release",
                    "releases that it carries: acme/editor",
                    of(one -> one.plans().distribution().releases().stream()
                            .flatMap(all -> all.releases().stream())
                            .map(item -> item.release().name().toString())
                            .toList()))
            .word(
                    "ending",
                    "how it ended",
                    words(ChangeOrder.Ending.values()),
                    of(one ->
                            one.ending().map(ChangeOrder.Ending::name).stream().toList()))
            .time(
                    "targetDate",
                    "when it is to be done",
                    of(one -> one.head().targetDate().stream().toList()))
            .build();

    static final Fields<Stored<Problem>> PROBLEMS = stored(Fields.<Stored<Problem>>of("a problem"))
            .word(
                    "state",
                    "where it is",
                    words(ProblemState.values()),
                    of(one -> List.of(one.state().name())))
            .build();

    static final Fields<Stored<CataloguedRelease>> RELEASES = stored(Fields.<Stored<CataloguedRelease>>of("a release"))
            .text(
                    "name",
                    "publisher/product",
                    of(one -> List.of(one.release().name().toString())))
            .version("version", "its version", of(one -> List.of(one.release().version())))
            .text(
                    "platform",
                    "what it runs on",
                    of(one -> List.of(one.release().platform().toString())))
            .word(
                    "kind",
                    "package or image",
                    words(packhorse.core.content.Kind.values()),
                    of(one -> List.of(one.kind().name())))
            .word(
                    "offered",
                    "the furthest stage that may take it",
                    words(Stage.values()),
                    of(one -> List.of(one.offered().name())))
            .word(
                    "state",
                    "whether it can be had",
                    words(CataloguedRelease.State.values()),
                    of(one -> List.of(one.state().name())))
            .bytes("size", "of its content", of(one -> List.of(one.size())))
            .time("since", "when it came to where it is", of(one -> List.of(one.since())))
            .build();

    private ListFields() {}

    /** Of deployments; where one is for, its order says. */
    static Fields<Stored<Deployment>> deployments(Pages pages) {
        return stored(Fields.<Stored<Deployment>>of("a deployment"))
                .word(
                        "state",
                        "where it is",
                        words(DeploymentState.values()),
                        of(one -> List.of(one.state().name())))
                .text("order", "whose it is", of(one -> List.of(one.id().order().text())))
                .yesNo(
                        "held",
                        "whether somebody or something holds it",
                        of(one -> List.of(!one.holds().isEmpty())))
                .word(
                        "hold",
                        "what holds it",
                        words(Hold.Kind.values()),
                        of(one -> one.holds().stream()
                                .map(hold -> hold.kind().name())
                                .toList()))
                .text(
                        "site",
                        "where its order is for",
                        of(one -> order(pages, one).stream()
                                .flatMap(order -> order.plans().distribution().sites().stream())
                                .toList()))
                .time("since", "when it came to where it is", of(one -> List.of(one.since())))
                .build();
    }

    private static Optional<ChangeOrder> order(Pages pages, Deployment deployment) {
        return pages.find(Kinds.ORDER, deployment.id().order().text()).map(Stored::value);
    }

    private static <T> Fields.Builder<Stored<T>> stored(Fields.Builder<Stored<T>> fields) {
        return fields.text("id", "its number or name", one -> List.of(one.id()))
                .text("by", "who changed it last", one -> List.of(one.by()))
                .time("at", "when it was changed last", one -> List.of(one.at()));
    }

    private static <T, V> Function<Stored<T>, Collection<V>> of(Function<T, Collection<V>> values) {
        return stored -> values.apply(stored.value());
    }

    private static SortedSet<String> words(Enum<?>[] values) {
        return new TreeSet<>(Arrays.stream(values).map(Enum::name).toList());
    }
}
