package packhorse.console.notify;

import java.time.Duration;
import packhorse.console.notice.Attempt;
import packhorse.console.notice.Parcel;

/** A means to tell somebody. */
public interface Channel extends AutoCloseable {
    /** Longer no try lasts, whatever the other end does. */
    Duration DEADLINE = java.time.Duration.ofSeconds(60);

    /** Tries once, within {@link #DEADLINE}; what goes wrong is an answer and no exception. May be called by several threads at once. */
    Attempt deliver(Parcel parcel);

    /** Lets go of what it holds; most hold nothing. */
    @Override
    default void close() {}
}
