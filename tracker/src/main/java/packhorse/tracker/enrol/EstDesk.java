package packhorse.tracker.enrol;

import java.util.List;

/**
 * Answers EST requests (RFC 7030), whatever carried them. Safe for any thread; an answer may wait for the disk, so it is not
 * asked on a thread that serves others.
 */
public interface EstDesk {
    /** Where RFC 7030 §3.2.2 wants it: {@code PATH + operation}. */
    String PATH = "/.well-known/est/";

    /** The longest request body; the door answers 413 to a longer one without reading it. */
    int BODY_BYTES_MAX = 16 * 1024;

    /** The answer to {@code request}; never an exception for what a stranger can send. */
    EstReply answer(EstRequest request);

    /** Operations that may be asked, as they stand after {@link #PATH}; {@code *} stands for one path element. */
    List<String> OPERATIONS = List.of("cacerts", "csrattrs", "simpleenroll", "simplereenroll", "catalogue-root/*");
}
