package packhorse.peer.inventory;

import java.util.List;
import java.util.Optional;

/** Programs of the system that are asked for what they know; the tests' are recordings. */
interface Programs {
    /** What the program printed; empty when it is not there, failed, took too long or said too much. */
    Optional<String> output(List<String> command);
}
