package packhorse.console.rest;

import java.util.List;

/**
 * How the console is.
 *
 * @param ledger whether the ledger answers
 * @param scheduler whether this console carries decisions out, or another does
 * @param troubles what else an operator should know, one line each
 */
public record Health(boolean ledger, String scheduler, List<String> troubles) {
    public Health {
        troubles = List.copyOf(troubles);
    }
}
