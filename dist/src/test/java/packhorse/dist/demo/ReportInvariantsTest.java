package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.ReportId;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.dist.demo.ReportInvariants.Stored;

/** The invariants find what they are there to find. */
final class ReportInvariantsTest {
    private static final EndpointId ENDPOINT = EndpointId.parse("00112233445566778899aabbccddeeff");
    private static final Subject SUBJECT = Subject.release(ReleaseId.ofTargetPath("lab/content/1.0/any.json"));

    private static Stored stored(long journal, long sequence, String action, ActionState state) {
        return new Stored(
                new ReportId(ENDPOINT, journal, sequence),
                new StatusEntry(sequence, Instant.EPOCH, action, SUBJECT, Operation.DISTRIBUTE, state, "", 0, 0, 0, 1));
    }

    private static List<Stored> good() {
        return new ArrayList<>(List.of(
                stored(7, 1, "a", ActionState.ACCEPTED),
                stored(7, 2, "a", ActionState.FETCHING),
                stored(7, 3, "b", ActionState.ACCEPTED),
                stored(7, 4, "a", ActionState.STAGED)));
    }

    @Test
    void aGoodFileIsGood() {
        assertEquals(List.of(), ReportInvariants.broken(good()));
        assertEquals(1, ReportInvariants.ended(good(), ENDPOINT, "a"));
        assertEquals(0, ReportInvariants.ended(good(), ENDPOINT, "b"));
    }

    @Test
    void aReportStoredTwiceIsFound() {
        List<Stored> all = good();
        all.add(all.get(1));
        finds(all, "is stored twice");
    }

    @Test
    void aMissingReportIsFound() {
        List<Stored> all = good();
        all.remove(1);
        finds(all, "comes where 2 should");
    }

    @Test
    void aLostJournalIsFound() {
        List<Stored> all = good();
        all.add(stored(8, 1, "b", ActionState.FETCHING));
        finds(all, "the first one was lost");
    }

    @Test
    void anActionThatGoesOnAfterItsEndIsFound() {
        List<Stored> all = good();
        all.add(stored(7, 5, "a", ActionState.STAGED));
        finds(all, "after it ended in STAGED");
    }

    @Test
    void anActionThatGoesBackIsFound() {
        List<Stored> all = good();
        all.add(stored(7, 5, "b", ActionState.FETCHING));
        all.add(stored(7, 6, "b", ActionState.ACCEPTED));
        finds(all, "goes back from FETCHING to ACCEPTED");
    }

    private static void finds(List<Stored> all, String what) {
        List<String> broken = ReportInvariants.broken(all);
        assertEquals(1, broken.size(), broken::toString);
        assertTrue(broken.getFirst().contains(what), broken::toString);
    }
}
