package packhorse.console.rest;

import java.util.Optional;

/**
 * What somebody says to an act that needs no more.
 *
 * @param remarks a reason or a note; may be left out where none is needed
 */
public record Said(Optional<String> remarks) {
    String text() {
        return remarks.orElse("");
    }
}
