package packhorse.console.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.BoundLink;
import packhorse.console.wave.Action;
import packhorse.console.wave.Line;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.WaveId;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.StatusEntry;

/**
 * What became of orders, for whoever looks back. Numbers are counted where they stand, rows are read one after the other: a wave of 100,000
 * members is never in memory. What it gives is as of its transaction's moment, and is read to its end before that is over.
 */
public interface Chronicle {
    /**
     * A wave's attempts, of every purpose.
     *
     * @param failed those that ended badly, by how they did
     * @param began when the first of them was heard to have begun to change something
     */
    record WaveSum(long attempts, List<Failed> failed, Optional<Instant> began) {
        public WaveSum {
            failed = List.copyOf(failed);
        }
    }

    /** So many attempts ended badly in the same way. */
    record Failed(ActionState state, int code, Optional<CodeClass> codeClass, long count) {}

    /** Counts a wave. Cost: O(attempts of the wave). */
    WaveSum sum(WaveId wave);

    /**
     * What came to a site.
     *
     * @param endpoints to which any of it came, so that it ended well
     * @param got how many endpoints have each release line's content since
     * @param bytesWan over the site's WAN link, as the agents said; what several attempts were told of the same content counts once
     * @param bytesLan inside the site
     */
    record SiteSum(String site, long endpoints, List<Got> got, long bytesWan, long bytesLan) {
        public SiteSum {
            got = List.copyOf(got);
        }
    }

    /** So many endpoints of a site got a release line's content. */
    record Got(Line line, long endpoints) {}

    /** Counts what came to the sites of these waves, by site. Cost: O(attempts of the waves). */
    List<SiteSum> sites(Collection<WaveId> waves);

    /**
     * An attempt and all that its endpoint said of it.
     *
     * @param said in its order; empty: nothing was heard
     */
    record Attempt(Action action, Purpose purpose, String site, List<StatusEntry> said) {
        public Attempt {
            said = List.copyOf(said);
        }
    }

    /** A wave's attempts by endpoint, each endpoint's in their order. */
    Iterator<Attempt> attempts(WaveId wave);

    /** The delivery log of an order, a request or a problem, the oldest first; at most {@code limit} lines. */
    List<OutboxBook.Delivery> told(String about, int limit);

    /** The audit trail's links of {@code since} and later that are wanted, in their order. */
    Iterator<BoundLink> links(Instant since, Predicate<AuditEntry> wanted);

    /** The newest link of the audit trail. */
    Head head();

    /** A link's number and digest. */
    record Head(long number, Sha256 digest) {}
}
