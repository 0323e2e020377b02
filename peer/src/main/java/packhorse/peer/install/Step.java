package packhorse.peer.install;

import packhorse.core.content.InstallSection.Phase;

/**
 * One thing that is done in a transaction; the journal has a line before and a line after it.
 *
 * @param member which of the transaction's releases, from 0; 0 for what is about all of them
 */
public record Step(Kind kind, int member) {
    /** What is done. */
    public enum Kind {
        /** Looks whether all of it can be done. */
        PRECHECK(1, Phase.PRECHECK, false, "precheck"),
        /** Lays a member ready beside its place. */
        PREPARE(2, Phase.PREPARE, false, "prepare"),
        /** Writes down all that the way back needs. */
        CAPTURE(3, Phase.APPLY, false, "keep what is there"),
        HOOK_PRE(4, Phase.APPLY, true, "hook pre"),
        APPLY(5, Phase.APPLY, true, "put in place"),
        ACTIVATE(6, Phase.ACTIVATE, true, "bring into use"),
        /** Reads back what is in place. */
        VERIFY(7, Phase.VERIFY, false, "read back"),
        HOOK_HEALTH(8, Phase.VERIFY, false, "hook health"),
        HOOK_POST(9, Phase.ACTIVATE, true, "hook post"),
        HOOK_PRE_REMOVE(10, Phase.APPLY, true, "hook preRemove"),
        REMOVE(11, Phase.APPLY, true, "take away"),
        VERIFY_REMOVED(12, Phase.VERIFY, false, "look that it is gone"),
        /** Frees what the way back needed; from the first one on there is none. */
        COMMIT(13, Phase.COMMIT, false, "commit"),
        UNDO_POST(14, Phase.UNDO, false, "undo of hook post"),
        UNDO(15, Phase.UNDO, false, "bring back"),
        UNDO_PRE(16, Phase.UNDO, false, "undo of hook pre"),
        UNDO_PRE_REMOVE(17, Phase.UNDO, false, "undo of hook preRemove"),
        /** Deletes the transaction's own files; the last step of every transaction. */
        CLEAR(18, Phase.COMMIT, false, "clear up");

        private final int number;
        private final Phase phase;
        private final boolean changes;
        private final String words;

        Kind(int number, Phase phase, boolean changes, String words) {
            this.number = number;
            this.phase = phase;
            this.changes = changes;
            this.words = words;
        }

        /** On disk; never reused. */
        public int number() {
            return number;
        }

        /** Whose time limit holds. */
        public Phase phase() {
            return phase;
        }

        /** Whether it may change the machine, on the way forward. */
        public boolean changes() {
            return changes;
        }

        /** Whether it takes something back. */
        public boolean back() {
            return phase == Phase.UNDO;
        }

        /** For people. */
        public String words() {
            return words;
        }

        /** @throws IllegalArgumentException for a number that this version does not know */
        public static Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no step has the number " + number + "; update Packhorse");
        }
    }

    public Step {
        if (member < 0) {
            throw new IllegalArgumentException("member " + member);
        }
    }

    @Override
    public String toString() {
        return kind.words() + " (" + member + ")";
    }
}
