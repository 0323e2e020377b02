package packhorse.peer.journal;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import packhorse.core.state.ActionState;
import packhorse.core.state.StatusEntry;

/** Writes one state after the other and says so, until it is killed. */
final class JournalWriterMain {
    private JournalWriterMain() {}

    public static void main(String[] arguments) {
        try (ReportJournal journal = ReportJournal.open(Path.of(arguments[0]), new Random(), 2000, 1_000_000)) {
            System.out.println("OPEN " + journal.number() + " " + journal.oldest());
            for (int i = journal.last().size(); ; i++) {
                journal.append(List.of(ReportJournalTest.draft("a" + i, ActionState.STAGED)));
                List<StatusEntry> newest =
                        journal.after(0, 0, Integer.MAX_VALUE).entries();
                System.out.println("WROTE " + newest.getLast().sequence() + " a" + i);
                if (i % 7 == 0) {
                    journal.stored(journal.number(), newest.getLast().sequence() - 3);
                    System.out.println("STORED " + (newest.getLast().sequence() - 3));
                }
            }
        }
    }
}
