package packhorse.console.office;

import java.io.InterruptedIOException;
import java.nio.file.Path;
import packhorse.console.change.BuildReport;

/** Looks for viruses. That it could not look is an answer, never a failure. */
@FunctionalInterface
public interface ContentScanner {
    /**
     * Looks at a file.
     *
     * @throws InterruptedIOException when interrupted
     */
    BuildReport.Scan scan(Path content) throws InterruptedIOException;
}
