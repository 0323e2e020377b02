package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** Worlds of eight pieces: {@code *} there, space not. */
final class SharePlanTest {
    private static BitSet set(String drawn) {
        BitSet set = new BitSet();
        for (int i = 0; i < drawn.length(); i++) {
            if (drawn.charAt(i) == '*') {
                set.set(i);
            }
        }
        return set;
    }

    private static String priorities(int index, int count, String had, String local, int queue) {
        SharePlan plan = SharePlan.of(8, index, count, set(had), set(local), queue);
        StringBuilder drawn = new StringBuilder();
        for (int piece = 0; piece < 8; piece++) {
            drawn.append(plan.priority(piece));
        }
        return drawn.toString();
    }

    @Test
    void aLonePullerWantsEverything() {
        assertEquals("77777777", priorities(0, 1, "        ", "        ", 1));
        assertEquals("77777777", priorities(0, 0, "        ", "        ", 1));
    }

    @Test
    void twoPullersWantDifferentPieces() {
        assertEquals("70707070", priorities(0, 2, "        ", "        ", 1));
        assertEquals("07070707", priorities(1, 2, "        ", "        ", 1));
    }

    @Test
    void whatALocalPeerHasIsWantedLastAndNotFromOutside() {
        assertEquals("71707070", priorities(0, 2, "        ", " *      ", 1));
        assertEquals("17777777", priorities(0, 1, "        ", "*       ", 1));
    }

    @Test
    void whenTheRestFitsInTheQueueOnlyTheRestIsWanted() {
        assertEquals("00000070", priorities(0, 2, "* * *   ", " *      ", 1));
    }

    @Test
    void whenTheRestMightFitInTheQueueBeforeTheNextLookOnlyTheRestIsWanted() {
        assertEquals("01707070", priorities(0, 2, "*       ", " *      ", 1));
        assertEquals("00007070", priorities(0, 2, "* *     ", " *      ", 1));
    }

    @Test
    void whenTheShareIsInTheOutsideIsClosedAndLocalPiecesComeBack() {
        SharePlan plan = SharePlan.of(8, 0, 2, set("* * * * "), set(" * *    "), 1);
        assertFalse(plan.outside());
        assertEquals("01010000", priorities(0, 2, "* * * * ", " * *    ", 1));
        assertTrue(SharePlan.of(8, 0, 2, set("* * *   "), set(" * *    "), 1).outside());
    }
}
