package packhorse.peer.agent;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.state.LineState;
import packhorse.peer.inventory.HeldRelease;
import packhorse.peer.inventory.InventoryConfig;
import packhorse.peer.inventory.InventoryReporter;
import packhorse.peer.session.TrackerSession;

/**
 * What the inventory shows of the store and of what is in place, and the way of inventories to a tracker. The owner thread enters, and
 * writes what the inventory's own thread reads.
 */
final class Stock {
    private static final Logger LOG = LoggerFactory.getLogger(Stock.class);

    private final Packs packs;
    private final Installations installations;
    private final TrackerSession session;
    private final Optional<InventoryReporter> inventory;
    /** Of the store; written by the owner. */
    private volatile List<HeldRelease> holdings = List.of();
    /** In place; written by the owner. */
    private volatile Optional<List<LineState>> lines;

    /** @param taken whether there is an inventory at all */
    Stock(
            boolean taken,
            Path data,
            Packs packs,
            Installations installations,
            TrackerSession session,
            InstantSource clock) {
        this.packs = packs;
        this.installations = installations;
        this.session = session;
        this.lines = installations.known();
        this.inventory = taken
                ? Optional.of(InventoryReporter.start(
                        data, InventoryConfig.DEFAULT, () -> holdings, () -> lines, this::send, clock))
                : Optional.empty();
    }

    /** A tracker has the inventory of that revision, and wants what came since. */
    void wanted(long have) {
        inventory.ifPresent(reports -> reports.needed(have));
    }

    /** No inventory is taken any more. */
    void close() {
        inventory.ifPresent(InventoryReporter::close);
    }

    /** Looks at what the store holds. */
    void listHoldings() {
        List<HeldRelease> now = packs.all().stream()
                .filter(state -> state.phase == PackState.Phase.WHOLE)
                .flatMap(state -> state.releases.stream()
                        .map(id -> new HeldRelease(
                                id,
                                state.id(),
                                state.pack.data().length(),
                                installations.isInPlace(id) ? "installed" : "staged")))
                .toList();
        if (!now.equals(holdings)) {
            holdings = now;
            inventory.ifPresent(InventoryReporter::changed);
        }
    }

    /** Looks at what is in place. */
    void listLines() {
        Optional<List<LineState>> now = installations.known();
        if (!now.equals(lines)) {
            lines = now;
            inventory.ifPresent(InventoryReporter::changed);
        }
    }

    private void send(InventoryDelta delta) {
        boolean sent = session.send(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setInventoryDelta(delta)
                .build());
        if (!sent) {
            LOG.debug("the inventory {} is asked for again by the next session", delta.getRevision());
        }
    }
}
