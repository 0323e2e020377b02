package packhorse.dist.bench;

import java.util.Optional;

/** A kind of content that can be put in place, by ours and by the tool that everybody has for it. Each ends as clean as it began. */
interface InstallKind extends AutoCloseable {
    /** For people, such as {@code tar.gz}. */
    String name();

    /** What ours ÷ theirs should be at least; empty where theirs does less by its nature. */
    Optional<Report.Aim> aim();

    /** Bytes that stand on the disk in the end. */
    long bytes();

    /** Ours, once. */
    Times ours(int round);

    /** What theirs is called, such as {@code tar -x, sync}. */
    String theirName();

    /** Theirs, once; empty where the tool is missing. */
    Optional<Double> theirs(int round);

    @Override
    void close();

    /**
     * What one installation took.
     *
     * @param prepare reading, judging, unpacking beside the place, bringing it to the disk
     * @param place what was there written down, put in place, brought into use
     * @param verify reading all back
     * @param undo bringing back the version before
     */
    record Times(double prepare, double place, double verify, double undo) {
        double install() {
            return prepare + place;
        }
    }
}
