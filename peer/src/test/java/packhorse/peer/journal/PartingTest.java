package packhorse.peer.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.StateCodec;
import packhorse.core.state.ActionState;
import packhorse.core.state.Recollection;
import packhorse.core.state.StatusEntry;

/** Histories drawn small: a letter a report; what is in capitals here waits, what is in capitals there is remembered. */
final class PartingTest {
    private static StatusEntry entry(char drawn, long sequence) {
        return ReportJournalTest.draft(String.valueOf(Character.toLowerCase(drawn)), ActionState.ACCEPTED)
                .numbered(sequence);
    }

    private static OptionalLong parting(String here, String there) {
        List<StatusEntry> waiting = new ArrayList<>();
        for (int i = 0; i < here.length(); i++) {
            if (Character.isUpperCase(here.charAt(i))) {
                waiting.add(entry(here.charAt(i), i + 1L));
            }
        }
        List<Integer> checks = new ArrayList<>();
        for (int i = 0; i < there.length(); i++) {
            if (Character.isUpperCase(there.charAt(i))) {
                checks.add(ReportCheck.of(StateCodec.write(entry(there.charAt(i), i + 1L))));
            }
        }
        return Parting.after(new Recollection(there.length(), checks), waiting, here.length() + 1L);
    }

    private static OptionalLong at(long sequence) {
        return OptionalLong.of(sequence);
    }

    @Test
    void aTrackerThatHasLessOrTheSameHasTheSameJournal() {
        for (String there : List.of("", "A", "abC", "abCDE", "abcdE", "ABCDEF")) {
            assertEquals(OptionalLong.empty(), parting("abCDEF", there), there);
        }
        assertEquals(OptionalLong.empty(), parting("abc", "ABC"));
        assertEquals(OptionalLong.empty(), parting("", ""));
    }

    @Test
    void newReportsThatOvertookTheStoredOnesPartWhereTheyDiffer() {
        assertEquals(at(4), parting("abCDXYZ", "abCDEF"));
        assertEquals(at(4), parting("abCDXYZ", "abcDEF"));
        assertEquals(at(4), parting("abcdXYZ", "abcDEF"), "nothing else waits");
        assertEquals(at(5), parting("abcdEXYZ", "abcDEF"), "one waited when the disk was put back");
    }

    @Test
    void aTrackerThatHasMoreHasAnotherJournal() {
        assertEquals(at(4), parting("abCD", "abCDEF"));
        assertEquals(at(4), parting("abcd", "abCDEF"));
        assertEquals(at(4), parting("abCDX", "ABCDEF"));
        assertEquals(at(0), parting("", "ABC"));
    }

    @Test
    void whatCannotBeComparedCountsAsNotStored() {
        assertEquals(at(2), parting("abCD", "abcdeF"), "gone by too much");
        assertEquals(at(2), parting("abCD", "abcdef"), "a tracker that does not say");
        assertEquals(at(2), parting("abCDXYZ", "abcdeF"), "it differs where it can first be compared");
        assertEquals(OptionalLong.empty(), parting("abCDXYZ", "abcdef"), "nothing can be compared");
    }
}
