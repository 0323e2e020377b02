package packhorse.tracker.desired;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.Subject;
import packhorse.tracker.desired.Stock.Listed;
import packhorse.tracker.desired.Stock.ListedBundle;

/** What it takes to have a subject: itself or its members, and whatever these need besides, as far as the catalogue lists it. */
public final class Content {
    private Content() {}

    /** The releases; empty where the catalogue does not list the subject, or signed another one of that name. */
    public static Set<ReleaseId> releases(Stock stock, Subject subject) {
        List<ReleaseId> names = names(stock, subject);
        Set<ReleaseId> all = new LinkedHashSet<>(names);
        if (Needs.of(stock, names) instanceof Needs.Found.All(Set<ReleaseId> needs)) {
            all.addAll(needs);
        }
        return all;
    }

    /** Their packs. */
    public static Set<Sha256> packs(Stock stock, Subject subject) {
        return releases(stock, subject).stream()
                .flatMap(release -> stock.release(release).stream())
                .map(Listed::pack)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static List<ReleaseId> names(Stock stock, Subject subject) {
        if (subject.bundle()) {
            Optional<ListedBundle> bundle =
                    stock.bundle(subject.id().name(), subject.id().version());
            return bundle.filter(listed -> isMeant(subject, listed.document()))
                    .map(ListedBundle::members)
                    .orElse(List.of());
        }
        return stock.release(subject.id())
                .filter(listed -> isMeant(subject, listed.manifest()))
                .map(listed -> List.of(listed.id()))
                .orElse(List.of());
    }

    private static boolean isMeant(Subject subject, Sha256 signed) {
        return subject.digest().isEmpty() || subject.digest().get().equals(signed);
    }
}
