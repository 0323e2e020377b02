package packhorse.core.state;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.CodeClass;

/**
 * One line of an endpoint's journal: an action came to a state.
 *
 * @param sequence 1, 2, 3 … in one journal
 * @param at by the endpoint's clock
 * @param detail one line for people, may be empty
 * @param code a program's return code, 0 where none ran
 * @param codeClass of a failure, which decides about another attempt
 * @param bytesWan fetched for the action so far over the WAN
 * @param bytesLan fetched for the action so far inside the site
 * @param desiredRevision of the desired state that asked for it
 */
public record StatusEntry(
        long sequence,
        Instant at,
        String action,
        Subject subject,
        Operation operation,
        ActionState state,
        String detail,
        int code,
        Optional<CodeClass> codeClass,
        long bytesWan,
        long bytesLan,
        long desiredRevision) {
    /** Of something that is no failure. */
    public StatusEntry(
            long sequence,
            Instant at,
            String action,
            Subject subject,
            Operation operation,
            ActionState state,
            String detail,
            int code,
            long bytesWan,
            long bytesLan,
            long desiredRevision) {
        this(
                sequence,
                at,
                action,
                subject,
                operation,
                state,
                detail,
                code,
                Optional.empty(),
                bytesWan,
                bytesLan,
                desiredRevision);
    }

    public StatusEntry {
        if (sequence < 1) {
            throw new IllegalArgumentException("sequences begin at 1, not " + sequence);
        }
    }
}
