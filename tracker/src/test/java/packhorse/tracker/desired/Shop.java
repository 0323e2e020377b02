package packhorse.tracker.desired;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Dependency;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;

/** A catalogue and a sheet drawn small: {@code "acme/editor@2.0 acme/lib:[1,2)"} is a release and what it needs. */
final class Shop {
    private Shop() {}

    static Stock stock(String... releases) {
        List<Stock.Listed> listed = new ArrayList<>();
        for (String line : releases) {
            List<String> words = Arrays.asList(line.split(" ", -1));
            ReleaseId id = id(words.getFirst());
            listed.add(new Stock.Listed(
                    id,
                    Sha256.of(("manifest " + id).getBytes(StandardCharsets.UTF_8)),
                    pack(words.getFirst()),
                    words.subList(1, words.size()).stream()
                            .map(Dependency::parse)
                            .toList()));
        }
        return new Stock(7, listed, List.of());
    }

    /** {@code name@version} for any platform, {@code name@version(platform)} for one. */
    static ReleaseId id(String text) {
        String name = text.substring(0, text.indexOf('@'));
        String rest = text.substring(text.indexOf('@') + 1);
        int open = rest.indexOf('(');
        return new ReleaseId(
                ReleaseName.parse(name),
                Version.parse(open < 0 ? rest : rest.substring(0, open)),
                open < 0 ? Platform.ANY : new Platform(rest.substring(open + 1, rest.length() - 1)));
    }

    static Sha256 pack(String release) {
        return Sha256.of(("pack " + id(release)).getBytes(StandardCharsets.UTF_8));
    }

    static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[15] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    static Wish wish(int line, Operation operation, String release, Selector whom) {
        ReleaseId id = id(release);
        return new Wish(
                "desired.yaml:" + line,
                Optional.empty(),
                id.name(),
                id.version(),
                id.platform().equals(Platform.ANY) ? Optional.empty() : Optional.of(id.platform()),
                false,
                Optional.empty(),
                operation,
                whom,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Priority.NORMAL,
                Optional.empty(),
                Optional.empty(),
                packhorse.core.state.InstallPolicy.DEFAULT);
    }

    static Selector site(String... names) {
        return new Selector(false, Set.of(), Set.copyOf(List.of(names)), Set.of(), java.util.Map.of());
    }

    static Sheet sheet(List<Wish> wishes, List<Entitlement> entitlements) {
        return new Sheet("desired.yaml", java.time.Instant.EPOCH, Roster.EMPTY, wishes, entitlements, List.of());
    }
}
