package packhorse.peer.journal;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;

/**
 * A state that an action came to, before the journal gave it a sequence.
 *
 * @param at by this machine's clock
 * @param detail one line for people, may be empty
 * @param code a program's return code, 0 where none ran
 * @param codeClass of a failure
 * @param bytesWan fetched for the action so far over the WAN
 * @param bytesLan fetched for the action so far inside the site
 * @param desiredRevision of the desired state that asked for it
 */
public record Draft(
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
    public Draft(
            Instant at,
            String action,
            Subject subject,
            Operation operation,
            ActionState state,
            String detail,
            long bytesWan,
            long bytesLan,
            long desiredRevision) {
        this(at, action, subject, operation, state, detail, 0, Optional.empty(), bytesWan, bytesLan, desiredRevision);
    }

    StatusEntry numbered(long sequence) {
        return new StatusEntry(
                sequence,
                at,
                action,
                subject,
                operation,
                state,
                detail,
                code,
                codeClass,
                bytesWan,
                bytesLan,
                desiredRevision);
    }
}
