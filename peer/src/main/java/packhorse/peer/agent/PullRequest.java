package packhorse.peer.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.Pull;

/**
 * One person's pull on its way: the releases it turned out to mean, one after the other. Only the owner thread touches it.
 */
final class PullRequest {
    /**
     * A release to fetch.
     *
     * @param id which
     * @param manifest the digest its manifest must have, where a bundle says so
     */
    record Item(ReleaseId id, Optional<Sha256> manifest) {}

    final Pull pull;
    final ReplySink sink;
    final long startedNanos;

    List<Item> items = List.of();
    boolean bundle;
    int next;
    String phase = "catalogue";
    /** What it waits for. */
    Optional<PackState> current = Optional.empty();

    PullRequest(Pull pull, ReplySink sink, long startedNanos) {
        this.pull = pull;
        this.sink = sink;
        this.startedNanos = startedNanos;
    }

    Optional<Path> out() {
        return pull.getOut().isEmpty() ? Optional.empty() : Optional.of(Path.of(pull.getOut()));
    }
}
