package packhorse.console.fleet;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import packhorse.core.content.Version;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Presence;

/** What queries over endpoints may ask for. */
public final class EndpointFields {
    /** The selector that asks for groups. */
    public static final String GROUP = "group";

    /** What selectors of labels begin with. */
    static final String LABEL_DOT = "label.";

    private EndpointFields() {}

    /**
     * All selectors.
     *
     * @param groups that an endpoint is in, among those that a query names
     */
    public static Fields<EndpointFacts> with(Fields.Choice<EndpointFacts> groups) {
        return Fields.<EndpointFacts>of("an endpoint")
                .text("id", "its id", facts -> List.of(facts.endpoint().toString()))
                .text("name", "the host's name", facts -> known(facts.name()))
                .text("site", "where it is", facts -> known(facts.site()))
                .chosen(GROUP, "groups that it is in", groups)
                .texts(
                        "label",
                        "name",
                        "what people wrote on it",
                        (facts, name) -> known(facts.labels().getOrDefault(name, "")))
                .text(
                        "os",
                        "its system, by any name: debian, linux",
                        facts -> facts.os().words())
                .text(
                        "os.name",
                        "its system for people",
                        facts -> known(facts.os().name()))
                .version(
                        "os.version",
                        "its system's version",
                        facts -> known(facts.os().version()))
                .version(
                        "kernel",
                        "its kernel's version",
                        facts -> known(facts.os().kernel()))
                .version("agent", "the agent's version", facts -> known(facts.agent()))
                .text("kind", "what kind of machine, as samples take it", facts -> List.of(facts.machineKind()))
                .text("vendor", "who made it", facts -> known(facts.hardware().vendor()))
                .text("product", "its model", facts -> known(facts.hardware().product()))
                .text(
                        "serial",
                        "its serial number",
                        facts -> known(facts.hardware().serial()))
                .text(
                        "architecture",
                        "of its processor",
                        facts -> known(facts.hardware().architecture()))
                .text("cpu", "its processor", facts -> known(facts.hardware().cpu()))
                .number(
                        "threads",
                        "of its processor",
                        facts -> facts.hardware().threads() == 0
                                ? List.of()
                                : List.of(facts.hardware().threads()))
                .bytes(
                        "memory",
                        "its main memory, a little less than was built in",
                        facts -> known(facts.hardware().memory()))
                .bytes(
                        "disk",
                        "all disks that stay in it",
                        facts -> known(facts.hardware().disk()))
                .text("address", "its addresses", facts -> facts.hardware().addresses())
                .text(
                        "hypervisor",
                        "that it is a guest of, or the container's runtime",
                        facts -> known(facts.hardware().hypervisor()))
                .text("vmHost", "the machine that it is a guest on", facts -> known(facts.vmHost()))
                .text("redundantPair", "whom it stands in for, and they for it", facts -> known(facts.redundantPair()))
                .yesNo("online", "whether a tracker has a session with it", facts -> List.of(facts.online()))
                .time("lastSeen", "when a tracker last heard of it", facts -> known(facts.lastSeen()))
                .time("enrolled", "when it joined", facts -> known(facts.enrolled()))
                .text(
                        "releases",
                        "release lines that are in place",
                        facts -> facts.lines().stream()
                                .filter(line -> line.presence() == Presence.INSTALLED)
                                .map(line -> line.name().toString())
                                .toList())
                .versions(
                        "release",
                        "publisher/product",
                        "the version in place of a release line",
                        (facts, name) -> of(facts, name, LineState::version).stream()
                                .flatMap(Optional::stream)
                                .toList())
                .words(
                        "presence",
                        "publisher/product",
                        "where the content of a release line is",
                        words(LineState.Presence.values()),
                        (facts, name) -> of(facts, name, line -> word(line.presence())))
                .words(
                        "transaction",
                        "publisher/product",
                        "whether a release line can be taken back",
                        words(LineState.TransactionState.values()),
                        (facts, name) -> of(facts, name, line -> word(line.transaction())))
                .words(
                        "activation",
                        "publisher/product",
                        "whether a release line is the one in use",
                        words(LineState.Activation.values()),
                        (facts, name) -> of(facts, name, line -> word(line.activation())))
                .words(
                        "health",
                        "publisher/product",
                        "what the last look at a release line said",
                        words(LineState.Health.values()),
                        (facts, name) -> of(facts, name, line -> word(line.health())))
                .versions(
                        "package",
                        "name",
                        "the version of a package of its system",
                        (facts, name) -> facts.asked().getOrDefault("package." + name, List.of()).stream()
                                .map(EndpointFields::version)
                                .flatMap(Optional::stream)
                                .toList())
                .texts(
                        "inventory",
                        "item.field",
                        "anything of its inventory",
                        (facts, key) -> facts.asked().getOrDefault("inventory." + key, List.of()))
                .build();
    }

    private static List<String> known(String text) {
        return text.isEmpty() ? List.of() : List.of(text);
    }

    private static <T> List<T> known(Optional<T> value) {
        return value.stream().toList();
    }

    private static <T> List<T> of(EndpointFacts facts, String name, Function<LineState, T> what) {
        return facts.lines().stream()
                .filter(line -> line.name().toString().equalsIgnoreCase(name))
                .map(what)
                .filter(Objects::nonNull)
                .toList();
    }

    private static Optional<Version> version(String text) {
        try {
            return Optional.of(Version.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String word(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static SortedSet<String> words(Enum<?>[] words) {
        return Arrays.stream(words).map(EndpointFields::word).collect(Collectors.toCollection(TreeSet::new));
    }
}
