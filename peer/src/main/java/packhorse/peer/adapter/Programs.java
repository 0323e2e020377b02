package packhorse.peer.adapter;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Runs programs: the system's own tools, and those that a release brings. */
public interface Programs {
    /** More of what a program says than this is not kept: its beginning and its end are. */
    int OUTPUT_BYTES_MAX = 64 << 10;

    /** Who confined programs are, where root starts them: nobody, on every Linux. */
    int NOBODY = 65534;

    /**
     * How a program may run.
     *
     * @param directory where it starts
     * @param writable directories that a confined one may change, beside its own temporary one
     * @param readable directories that a confined one sees beside the system's own
     * @param environment all of it
     * @param confined in a sandbox: no network, nobody's user, bounded processes and memory, only these directories
     * @param timeout it is ended with everything it started after this long
     */
    record Frame(
            Path directory,
            List<Path> writable,
            List<Path> readable,
            SortedMap<String, String> environment,
            boolean confined,
            Duration timeout) {}

    /**
     * How one ended.
     *
     * @param code its return code, 128 + the signal's number where a signal ended it
     * @param overran the timeout that it was ended for
     * @param output what it said on both of its outputs, cut to {@link #OUTPUT_BYTES_MAX}
     */
    record Ended(int code, Optional<Duration> overran, String output) {
        /** Whether it was ended for its timeout. */
        public boolean timedOut() {
            return overran.isPresent();
        }

        /** The last line that says something, for people. */
        public String lastLine() {
            return output.lines()
                    .filter(line -> !line.isBlank())
                    .reduce((a, b) -> b)
                    .orElse("")
                    .strip();
        }
    }

    /**
     * Runs one to its end; everything that it started has ended when this returns.
     *
     * @throws AdapterException where it may not or cannot be started
     */
    Ended run(List<String> command, Frame frame) throws IOException, InterruptedException;

    /** Whether confined programs can be run here, and if not why, one line. */
    Optional<String> whyNotConfined();

    /** Where a program of the system is, by its name. */
    Optional<Path> find(String name);
}
