package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.ANNA;
import static packhorse.console.change.Cast.BERT;
import static packhorse.console.change.Cast.CARL;
import static packhorse.console.change.Cast.CORA;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.digest;
import static packhorse.console.change.Cast.done;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.PlanApproval.Capacity;

final class PlanApprovalsTest {
    private static final Duties DUTIES = new Duties(Set.of(ANNA.id()), Set.of(), Set.of(), Set.of());

    private static PlanApprovals sign(PlanApprovals before, Capacity capacity, Actor actor) {
        return done(before.sign(capacity, digest(1), digest(1), "", DUTIES, actor, at(1)));
    }

    @Test
    @Proves("PROCESS 1 plan approval")
    void aMajorChangeNeedsTheClientAndTwoOfTheBoard() {
        PlanApprovals none = PlanApprovals.none();
        assertEquals(Map.of(Capacity.CLIENT, 1, Capacity.BOARD, 2), none.missing(digest(1), RiskClass.MAJOR, DUTIES));
        PlanApprovals all = sign(sign(sign(none, Capacity.CLIENT, BERT), Capacity.BOARD, CARL), Capacity.BOARD, CORA);
        assertTrue(all.suffice(digest(1), RiskClass.MAJOR, DUTIES));
        assertFalse(all.suffice(digest(2), RiskClass.MAJOR, DUTIES));
        assertEquals(3, all.voided(digest(2)).size());
    }

    @Test
    void aSignatureOfSomebodyWhoBuiltLaterCountsNoMore() {
        PlanApprovals both = sign(sign(PlanApprovals.none(), Capacity.CLIENT, BERT), Capacity.BOARD, CARL);
        assertTrue(both.suffice(digest(1), RiskClass.NORMAL, DUTIES));
        assertEquals(
                Map.of(Capacity.BOARD, 1), both.missing(digest(1), RiskClass.NORMAL, DUTIES.withBuilder(CARL.id())));
    }

    @Test
    void onePersonCountsOnceHoweverOftenTheRecordNamesThem() {
        PlanApproval client = new PlanApproval(BERT.id(), Capacity.CLIENT, digest(1), "", at(1));
        PlanApproval board = new PlanApproval(BERT.id(), Capacity.BOARD, digest(1), "", at(1));
        assertEquals(
                Map.of(Capacity.BOARD, 1),
                new PlanApprovals(List.of(client, board)).missing(digest(1), RiskClass.NORMAL, DUTIES));
    }
}
