package packhorse.tracker.console;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.v1.EndpointInventory;
import packhorse.core.message.v1.EndpointInventoryNeeded;
import packhorse.core.message.v1.EndpointReports;
import packhorse.core.message.v1.EndpointStored;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.topology.EndpointId;
import packhorse.core.wire.WireSession;

/**
 * What one console is to store: reports and inventories. The agent is answered when that console answered; what it does not answer in
 * time, or at its end, is dropped here and comes again. Safe for any thread; {@link #store} and {@link #inventory} wait for room.
 */
final class Errands {
    private static final Logger LOG = LoggerFactory.getLogger(Errands.class);

    /** An agent sends reports again when it heard nothing for 20 s; whoever stores later than this stores for the next time. */
    private static final Duration STORE_MAX = Duration.ofSeconds(15);

    private record Errand<T>(
            ConsoleLine line,
            EndpointId endpoint,
            CompletableFuture<T> answer,
            ConsoleLine.Room room,
            long deadlineNanos) {}

    private record Slot(ConsoleLine line, ConsoleLine.Room room) {}

    /** How room is waited for. */
    private interface Wait {
        Optional<ConsoleLine.Room> in(ConsoleLine line) throws InterruptedException;
    }

    private final Lines lines;
    private final Map<Long, Errand<ReportsStored>> stores = new ConcurrentHashMap<>();
    private final Map<Long, Errand<InventoryNeeded>> inventories = new ConcurrentHashMap<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong putOff = new AtomicLong();

    Errands(Lines lines) {
        this.lines = lines;
    }

    /** Reports that were sent, that were stored, and that agents are to send again. */
    record Counts(long sent, long stored, long putOff) {}

    Counts counts() {
        return new Counts(sent.get(), stored.get(), putOff.get());
    }

    /** Has reports stored; cancelled where nobody does in time. */
    CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports) {
        CompletableFuture<ReportsStored> answer = new CompletableFuture<>();
        Optional<Slot> slot = slot(line -> line.roomForReports(reports.getSerializedSize()));
        if (slot.isEmpty()) {
            putOff(answer);
            return answer;
        }
        ConsoleLine line = slot.get().line();
        long number = lines.number();
        stores.put(number, new Errand<>(line, endpoint, answer, slot.get().room(), Lines.due(STORE_MAX)));
        boolean gone = line.send(Envelope.newBuilder()
                .setEndpointReports(EndpointReports.newBuilder()
                        .setNumber(number)
                        .setEndpoint(Memory.bytes(endpoint))
                        .setReports(reports)));
        sent.addAndGet(gone ? 1 : 0);
        if (!gone || line.closed) {
            putOff(stores.remove(number));
        }
        return answer;
    }

    private void putOff(@Nullable Errand<ReportsStored> errand) {
        if (errand != null) {
            errand.room().release();
            putOff(errand.answer());
        }
    }

    private void putOff(CompletableFuture<ReportsStored> answer) {
        putOff.incrementAndGet();
        answer.cancel(false);
    }

    /** Has a part of an inventory taken; cancelled where nobody does in time. */
    CompletableFuture<InventoryNeeded> inventory(EndpointId endpoint, InventoryDelta delta) {
        CompletableFuture<InventoryNeeded> answer = new CompletableFuture<>();
        Optional<Slot> slot = slot(line -> line.roomForInventory(delta.getSerializedSize()));
        if (slot.isEmpty()) {
            answer.cancel(false);
            return answer;
        }
        ConsoleLine line = slot.get().line();
        long number = lines.number();
        inventories.put(number, new Errand<>(line, endpoint, answer, slot.get().room(), Lines.due(STORE_MAX)));
        boolean gone = line.send(Envelope.newBuilder()
                .setEndpointInventory(EndpointInventory.newBuilder()
                        .setNumber(number)
                        .setEndpoint(Memory.bytes(endpoint))
                        .setDelta(delta)));
        if (!gone || line.closed) {
            drop(inventories.remove(number));
        }
        return answer;
    }

    private static void drop(@Nullable Errand<InventoryNeeded> errand) {
        if (errand != null) {
            errand.room().release();
            errand.answer().cancel(false);
        }
    }

    private Optional<Slot> slot(Wait wait) {
        Optional<ConsoleLine> line = lines.storing();
        try {
            return line.isEmpty() ? Optional.empty() : wait.in(line.get()).map(room -> new Slot(line.get(), room));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A console stored reports. */
    void stored(WireSession session, EndpointStored message) {
        Errand<ReportsStored> errand = stores.get(message.getNumber());
        if (errand == null || !errand.line().session.equals(session)) {
            LOG.debug("{} stored what nobody waits for any more", session);
            return;
        }
        Memory.requireSame(errand.endpoint(), message.getEndpoint());
        if (stores.remove(message.getNumber(), errand)) {
            errand.line().late = false;
            errand.room().release();
            stored.incrementAndGet();
            errand.answer().complete(message.getStored());
        }
    }

    /** A console took a part of an inventory. */
    void needed(WireSession session, EndpointInventoryNeeded message) {
        Errand<InventoryNeeded> errand = inventories.get(message.getNumber());
        if (errand == null || !errand.line().session.equals(session)) {
            LOG.debug("{} took an inventory that nobody waits for any more", session);
            return;
        }
        Memory.requireSame(errand.endpoint(), message.getEndpoint());
        if (inventories.remove(message.getNumber(), errand)) {
            errand.room().release();
            errand.answer().complete(message.getNeeded());
        }
    }

    /** A console is gone, and with it what it was to do. */
    void forget(ConsoleLine line) {
        stores.forEach((number, errand) -> {
            if (errand.line().equals(line)) {
                putOff(stores.remove(number));
            }
        });
        inventories.forEach((number, errand) -> {
            if (errand.line().equals(line)) {
                drop(inventories.remove(number));
            }
        });
    }

    /** Drops what was not done in time. */
    void drop(long nowNanos) {
        stores.forEach((number, errand) -> {
            if (nowNanos - errand.deadlineNanos() >= 0) {
                errand.line().late = true;
                putOff(stores.remove(number));
            }
        });
        inventories.forEach((number, errand) -> {
            if (nowNanos - errand.deadlineNanos() >= 0) {
                drop(inventories.remove(number));
            }
        });
    }
}
