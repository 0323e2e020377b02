package packhorse.peer.channel;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts one connection's bytes so that both ends' accounts agree, also when nothing comes of it. Whoever connects speaks first, and what it
 * says before the first answer may be lost on the way to a libtorrent that is not there, or to a channel that gives up waiting. So neither
 * end enters these bytes until the answer: a byte in the other direction, or that direction's orderly end. Two threads use it,
 * one for each direction.
 */
final class Meter {
    private final Tallies.Link account;
    private final boolean inbound;
    private long unanswered;
    private boolean answered;

    /** @param inbound whether the other end connected */
    Meter(Tallies.Link account, boolean inbound) {
        this.account = account;
        this.inbound = inbound;
    }

    /** So many bytes are written. */
    void sent(long bytes) {
        count(bytes, account.out, inbound);
    }

    /** So many bytes are opened. */
    void came(long bytes) {
        count(bytes, account.in, !inbound);
    }

    /** The other end has been told that no more follows. */
    void finished() {
        if (inbound) {
            answer();
        }
    }

    /** The other end has said that no more follows. */
    void ended() {
        if (!inbound) {
            answer();
        }
    }

    private void count(long bytes, AtomicLong direction, boolean answers) {
        if (bytes == 0) {
            return;
        }
        if (answers) {
            answer();
        } else if (waits(bytes)) {
            return;
        }
        direction.addAndGet(bytes);
    }

    private synchronized boolean waits(long bytes) {
        if (answered) {
            return false;
        }
        unanswered += bytes;
        return true;
    }

    private synchronized void answer() {
        if (!answered) {
            answered = true;
            (inbound ? account.in : account.out).addAndGet(unanswered);
        }
    }
}
