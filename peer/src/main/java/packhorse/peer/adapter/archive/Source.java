package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;

/** An archive that can be read from its beginning to its end, more than once. */
interface Source {
    /**
     * Shows every entry, in the archive's order, and has read the archive to its last byte when it returns. What the archive's own
     * format says twice has been compared, what it bounds has been kept to.
     *
     * @throws packhorse.core.content.BadContentException where the archive is malformed or holds what may not be written
     */
    void walk(Visitor visitor) throws IOException;

    /** What is done with each entry. */
    interface Visitor {
        /** @param data a file's bytes; need not be read. Ends where the file ends, or throws */
        void visit(Item item, InputStream data) throws IOException;
    }
}
