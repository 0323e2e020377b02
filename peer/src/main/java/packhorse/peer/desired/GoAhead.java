package packhorse.peer.desired;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.state.DesiredItem;

/** Whether an action may change something now: its window is open, its user lets it, and a lease is held, asked for in that order. */
final class GoAhead {
    private final Installs installs;
    private final Instant now;

    GoAhead(Situation situation) {
        this.installs = situation.installs();
        this.now = situation.now();
    }

    /**
     * Why a prepared task does not go on.
     *
     * @param lease whether one is to be asked for
     * @param until when that changes by itself
     */
    record Hold(String why, boolean lease, Optional<Instant> until) {}

    /** What is in its way; empty where it may go on. */
    Optional<Hold> hold(DesiredItem item) {
        Optional<Instant> window = item.activateNotBefore().filter(now::isBefore);
        if (window.isPresent()) {
            return Optional.of(new Hold("waits for its window: not before " + window.get(), false, window));
        }
        Optional<Instant> put = deferral(item).filter(now::isBefore);
        if (put.isPresent()) {
            return Optional.of(new Hold("waits for its user until " + put.get(), false, put));
        }
        return lease(item).filter(now::isBefore).isPresent()
                ? Optional.empty()
                : Optional.of(new Hold("waits for a lease", true, Optional.empty()));
    }

    /** The later of what the order grants and what was asked for. */
    Optional<Instant> lease(DesiredItem item) {
        Optional<Instant> granted = Optional.ofNullable(installs.leases().get(item.action()));
        return granted.isPresent()
                        && item.leaseUntil().filter(granted.get()::isBefore).isPresent()
                ? item.leaseUntil()
                : granted.or(item::leaseUntil);
    }

    /** Until when the user put it off, as far as the order lets him. */
    private Optional<Instant> deferral(DesiredItem item) {
        Instant wished = installs.deferrals().get(item.action());
        return item.policy()
                .deferUntil()
                .flatMap(most -> Optional.ofNullable(wished).map(until -> until.isAfter(most) ? most : until));
    }
}
