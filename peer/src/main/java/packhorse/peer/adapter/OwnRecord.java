package packhorse.peer.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.function.Function;
import packhorse.core.PlainText;
import packhorse.core.content.CodeClass;

/** Reads what an adapter wrote down for later. One that a disk damaged is told by its name and the mend, not by its first wrong letter alone. */
public final class OwnRecord {
    /** What it is for, and so what is left to do without it. */
    public enum Use {
        /** The way back. */
        UNDO("bring that file back from a backup; without it nobody knows what was there before"),
        /** What is in place. */
        PLACED("bring that file back from a backup, or delete it and install the release anew");

        private final String mend;

        Use(String mend) {
            this.mend = mend;
        }
    }

    private OwnRecord() {}

    /**
     * Reads one.
     *
     * @param decode throws an {@link IllegalArgumentException} or a {@link DateTimeException} for anything that was not written there
     * @throws AdapterException in one line for a damaged one
     */
    public static <T> T read(Path file, Use use, Function<byte[], T> decode) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            return decode.apply(bytes);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw damaged(file, use, e);
        }
    }

    /** What is said of a damaged one. */
    public static AdapterException damaged(Path file, Use use, Exception why) {
        return new AdapterException(
                CodeClass.ENVIRONMENT,
                file + " is not what was written there (" + PlainText.line(String.valueOf(why.getMessage()))
                        + "); look after that disk, and " + use.mend,
                why);
    }
}
