package packhorse.peer.adapter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One release's way into its place and back, in steps that the journal stands between. See the package for what holds for all.
 *
 * <pre>
 *   precheck → prepare → capture → apply → activate → verify ──commit──►
 *                          └────────── undo ◄─┴─────────┘
 *   removal:  precheck → capture → remove → verifyRemoved → commit, or undo
 *   at any time once in place: verify (drift), mend
 * </pre>
 */
public interface Placement {
    /** Places on the machine that this release puts things at; two release lines may not claim the same, nor one inside another's. */
    Set<Path> claims();

    /** Those of its claims that are files which it only edits: another line may lay them as {@link Laid.Kind#CONFIGURATION}. */
    default Set<Path> edits() {
        return Set.of();
    }

    /**
     * Names that it lays down outside its claims, in the order of their paths, each once; known from {@link #prepare} on, and as long
     * as it is in place. The stream is closed by whom it is given to; its length is the adapter's to bound.
     */
    default Stream<Laid> lays(Workplace here) throws IOException {
        return Stream.empty();
    }

    /**
     * Where a program of the machine keeps account of who owns a name. What two lines with one such database both lay, is for that
     * program to decide. Empty where nobody else knows of the names.
     */
    default Optional<Path> database() {
        return Optional.empty();
    }

    /** Whether {@link #undo} brings back what was. */
    boolean undoable();

    /**
     * Methods that may not be begun twice, against the rule for all others: they run a program of which nobody knows whether it can
     * bear it. Where one of them was cut off, the transaction turns back; it is not called again in this attempt.
     */
    default Set<Deed> once() {
        return Set.of();
    }

    /** The methods that change something on the machine and are no way back. */
    enum Deed {
        APPLY,
        ACTIVATE,
        REMOVE,
        MEND
    }

    /**
     * Whether the way back goes better with the content of what was there: {@link Workplace.Previous#content} of an installation,
     * {@link Workplace#content} of a removal's undo. It is given where it is still at hand.
     */
    default boolean wantsFormer() {
        return false;
    }

    /** How the adapter runs programs that the release itself brings, its hooks not counted. */
    default Running running() {
        return Running.NONE;
    }

    /** What a release's own programs may do. */
    enum Running {
        /** It brings none. */
        NONE,
        /** They run in a sandbox, or not at all. */
        CONFINED,
        /** They need the machine's root; refused where policy demands a sandbox. */
        PRIVILEGED
    }

    /** Whether {@link #prepared} has something to say. */
    default boolean bringsTree() {
        return false;
    }

    /**
     * Where the release's own files lie in {@link Workplace#staging}, between {@link #prepare} and {@link #apply}; programs around
     * the installation whose names are relative are taken from there. Empty where it brings no tree.
     */
    default Optional<Path> prepared(Workplace here) {
        return Optional.empty();
    }

    /** Places on the machine in which nothing is but what this line's releases brought: whoever may run their programs may see them. */
    default List<Path> brought(Workplace here) throws IOException {
        return List.of();
    }

    /**
     * Looks whether it can be done here.
     *
     * @return what is in the way, each one line with its mend; empty when nothing is
     */
    List<String> precheck(Workplace here) throws IOException;

    /** Bytes that the machine needs free to prepare and apply it, by where. */
    List<SpaceNeed> space(Workplace here) throws IOException;

    /**
     * Unpacks, converts and checks everything into {@link Workplace#staging}; what is there from a cut-off attempt is thrown away.
     *
     * @throws AdapterException when the content is hostile or not what the settings say; nothing outside staging was written
     */
    void prepare(Workplace here) throws IOException;

    /** Writes all that {@link #undo} needs into {@link Workplace#undo}, before anything is changed. */
    void capture(Workplace here) throws IOException;

    /** Puts it in place, not yet in use where that can be kept apart. */
    Outcome apply(Workplace here) throws IOException;

    /** Brings it into use. */
    Outcome activate(Workplace here) throws IOException;

    /**
     * Reads back what is in place, byte for byte.
     *
     * @return what is not as it was put there, one line each, at most {@link #DIFFERENCES_MAX}
     */
    List<String> verify(Workplace here) throws IOException;

    /**
     * Brings back what {@link #capture} saw, from any point after it; with no byte fetched. Says {@code SUCCESS_REBOOT} where what was
     * there is in use again only after the machine's next start.
     */
    Outcome undo(Workplace here) throws IOException;

    /** Frees what only {@link #undo} needed. */
    void commit(Workplace here) throws IOException;

    /** Takes it off the machine, after {@link #capture}; undone by {@link #undo}. */
    Outcome remove(Workplace here) throws IOException;

    /**
     * Looks that nothing of it is left, after {@link #remove}.
     *
     * @return what is left, one line each, at most {@link #DIFFERENCES_MAX}
     */
    default List<String> verifyRemoved(Workplace here) throws IOException {
        return List.of();
    }

    /** Puts back what somebody changed, without stopping what uses it where that can be. */
    void mend(Workplace here) throws IOException;

    /** More differences than this help nobody. */
    int DIFFERENCES_MAX = 20;

    /**
     * Room wanted.
     *
     * @param where a directory on the file system that is meant; need not exist yet
     */
    record SpaceNeed(Path where, long bytes) {}
}
