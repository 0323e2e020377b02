package packhorse.peer.desired;

import java.util.List;
import java.util.Optional;
import packhorse.core.content.Dependency;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.peer.desired.Resolution.Part;

/**
 * Whether what a release needs is in place when its turn comes. A need is met by what is in place, by another member of the same
 * bundle, or by an item of the same desired state that puts it in place first; that one is waited for. Content on the disk alone
 * meets nothing. O(parts × needs × items).
 */
final class InstallNeeds {
    /** What is to be done about the needs of an item. */
    sealed interface Answer {
        /** All is in place. */
        record Met() implements Answer {}

        /** Something comes first; one line says what. */
        record Later(String waits) implements Answer {}

        /** Nothing will bring it; one line says what is missing, and the mend. */
        record Never(String reason) implements Answer {}
    }

    private final Situation situation;

    InstallNeeds(Situation situation) {
        this.situation = situation;
    }

    Answer of(DesiredItem item, List<Part> parts) {
        Answer.Later later = null;
        for (Part part : parts) {
            for (Dependency need : part.needs()) {
                switch (of(item, parts, part, need)) {
                    case Answer.Never never -> {
                        return never;
                    }
                    case Answer.Later waiting -> later = waiting;
                    case Answer.Met met -> {}
                }
            }
        }
        return later != null ? later : new Answer.Met();
    }

    private Answer of(DesiredItem item, List<Part> parts, Part part, Dependency need) {
        boolean inPlace = situation.installs().lines().values().stream()
                .anyMatch(line -> line.name().equals(need.name())
                        && fits(part.release().platform(), line.platform())
                        && line.presence() == LineState.Presence.INSTALLED
                        && line.version().filter(need.versions()::contains).isPresent());
        boolean inBundle = parts.stream().anyMatch(other -> meets(other.release(), part, need));
        if (inPlace || inBundle) {
            return new Answer.Met();
        }
        Optional<ActionRecord> failed = Optional.empty();
        for (DesiredItem other : situation.desired().items()) {
            boolean brings = other.operation() == Operation.INSTALL || other.operation() == Operation.UPDATE;
            if (!brings || other.action().equals(item.action())) {
                continue;
            }
            Resolution resolution = situation.resolutions().get(other.subject());
            boolean known = !other.subject().bundle() || resolution instanceof Resolution.Known;
            if (!known && !(resolution instanceof Resolution.Wrong)) {
                return new Answer.Later("what the action " + other.action() + " brings is not known yet");
            }
            if (releases(other, resolution).stream().noneMatch(release -> meets(release, part, need))) {
                continue;
            }
            ActionRecord record = situation.reported().get(other.action());
            if (record == null || !record.ended()) {
                return new Answer.Later("waits for the action " + other.action() + ", which brings " + need);
            }
            failed = Optional.of(record);
        }
        String reason = part.release() + " needs " + need + ", which is neither in place nor ordered"
                + failed.map(record -> " any more: the action " + record.action() + " ended " + record.state())
                        .orElse("; add it to the desired state");
        return new Answer.Never(reason);
    }

    private static List<ReleaseId> releases(
            DesiredItem item, @org.jspecify.annotations.Nullable Resolution resolution) {
        if (!item.subject().bundle()) {
            return List.of(item.subject().id());
        }
        return resolution instanceof Resolution.Known(List<Part> parts)
                ? parts.stream().map(Part::release).toList()
                : List.of();
    }

    private static boolean meets(ReleaseId release, Part part, Dependency need) {
        return release.name().equals(need.name())
                && !release.equals(part.release())
                && fits(part.release().platform(), release.platform())
                && need.versions().contains(release.version());
    }

    private static boolean fits(Platform wanting, Platform offered) {
        return wanting.equals(offered) || wanting.equals(Platform.ANY) || offered.equals(Platform.ANY);
    }
}
