package packhorse.console.office;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import packhorse.console.ledger.LedgerArchive;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.Look;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;

/**
 * Lays a backup into an empty ledger. What was revoked after the backup was made would open again, so every token and every session in it
 * ends; and the trail says that the ledger goes on from a backup, and from which. Whatever cuts it leaves an empty ledger, and it is done again.
 */
public final class Restoring {
    private Restoring() {}

    /**
     * What it did.
     *
     * @param archive what was restored
     * @param tokens that opened something in the backup, sessions too
     */
    public record Restored(LedgerArchive.Summary archive, int tokens) {}

    /** Fills the empty ledger at {@code config} from {@code file}. */
    public static Restored of(LedgerConfig config, Path file, InstantSource clock) {
        // One transaction with the archive's rows: at no moment is there a ledger whose old tokens open something.
        return LedgerArchive.restore(config, file, clock, Restoring::finish);
    }

    private static Restored finish(LedgerArchive.Summary archive, Pages pages) {
        int ended = end(pages);
        pages.audit(
                "ledger.restore",
                "ledger",
                Desk.details("backup", archive.digest().hex(), "tokens", Integer.toString(ended)));
        return new Restored(archive, ended);
    }

    /** Ends every token that opens something, however many there are: none is ever removed. */
    static int end(Pages pages) {
        int ended = 0;
        Look look = Look.all();
        List<Stored<ApiToken>> some = pages.list(OfficeKinds.API_TOKEN, look);
        while (!some.isEmpty()) {
            for (Stored<ApiToken> token : some) {
                if (token.value().holds(pages.now())) {
                    pages.change(token, token.value().revoked(pages.now()));
                    ended++;
                }
            }
            look = look.behind(some.getLast().id());
            some = pages.list(OfficeKinds.API_TOKEN, look);
        }
        return ended;
    }
}
