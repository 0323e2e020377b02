package packhorse.peer.installer.engine;

/**
 * How far a step is, for people.
 *
 * @param action whose
 * @param release which of its members
 * @param step what is done, in words
 * @param totalBytes 0: not known
 */
public record InstallProgress(String action, String release, String step, long doneBytes, long totalBytes) {
    public InstallProgress {
        if (doneBytes < 0 || totalBytes < 0) {
            throw new IllegalArgumentException(doneBytes + " of " + totalBytes + " bytes");
        }
    }
}
