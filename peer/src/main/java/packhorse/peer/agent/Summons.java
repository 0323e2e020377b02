package packhorse.peer.agent;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.peer.agent.WantedJournal.Whom;

/**
 * Answers a tracker's call on a site peer: a pack that its site wants and that it does not carry is fetched as if somebody had
 * asked for it, and served on. A summons names the pack alone, so its release is looked for in the catalogue; whoever is not
 * listed there cannot make a site peer fetch anything.
 *
 * <p>Owns which summons are being followed. Only the owner thread enters.
 */
final class Summons {
    /** Manifests looked at for one pack; they are kept, so the next search is short. */
    private static final int RELEASES_MAX = 5_000;
    /** What could not be followed is tried again after this time. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Summons.class);

    private final Catalogued catalogued;
    private final Intake intake;
    private final Errands errands;
    private final Map<Sha256, Long> triedNanos = new HashMap<>();

    Summons(Catalogued catalogued, Intake intake, Errands errands) {
        this.catalogued = catalogued;
        this.intake = intake;
        this.errands = errands;
    }

    /** Follows what is called for now. */
    void follow(List<Sha256> packs, long nowNanos) {
        triedNanos.keySet().retainAll(packs);
        for (Sha256 pack : packs) {
            Long tried = triedNanos.get(pack);
            if (tried == null || nowNanos - tried > TRY_AGAIN.toNanos()) {
                triedNanos.put(pack, nowNanos);
                follow(pack);
            }
        }
    }

    private void follow(Sha256 pack) {
        errands.run(
                () -> catalogued
                        .carrying(pack, RELEASES_MAX)
                        .orElseThrow(() -> new OperationException("no release in the catalogue has it as content")),
                found -> intake.acquire(
                        found,
                        Whom.PEOPLE,
                        state -> LOG.info("{} is fetched for the site: the tracker called for it", found),
                        refused -> LOG.warn("{} cannot be fetched for the site: {}", found, refused.reason())),
                refused -> LOG.warn("a tracker calls for {}, but {}", pack, refused.reason()));
    }
}
