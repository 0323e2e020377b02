package packhorse.peer.agent;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import packhorse.core.durable.Durably;

/**
 * A value that stands in one small file, replaced as a whole, and counts once it is on the disk. One write is under way at a time;
 * of values that come meanwhile only the newest is written, and all who brought one are told together.
 *
 * <p>Owns the value. Only the owner thread enters.
 */
final class Kept<T> {
    private record Waiting(Runnable then, Consumer<Refused> refused) {}

    private final Path file;
    private final Function<T, byte[]> bytes;
    private final Errands errands;
    private T standing;
    private T newest;
    private boolean writing;
    private List<Waiting> waiting = new ArrayList<>();

    /** @param read what the file holds now */
    Kept(Path file, T read, Function<T, byte[]> bytes, Errands errands) {
        this.file = file;
        this.bytes = bytes;
        this.errands = errands;
        this.standing = read;
        this.newest = read;
    }

    /** What is on the disk. */
    T standing() {
        return standing;
    }

    /** What is on the disk or on its way there. */
    T newest() {
        return newest;
    }

    /** Puts another value in its place; exactly one of the two follows. */
    void put(T value, Runnable then, Consumer<Refused> refused) {
        newest = value;
        waiting.add(new Waiting(then, refused));
        write();
    }

    private void write() {
        if (writing || waiting.isEmpty()) {
            return;
        }
        writing = true;
        T value = newest;
        List<Waiting> those = waiting;
        waiting = new ArrayList<>();
        errands.run(
                () -> {
                    Durably.replace(file, bytes.apply(value));
                    return value;
                },
                written -> {
                    writing = false;
                    standing = written;
                    those.forEach(one -> one.then().run());
                    write();
                },
                why -> {
                    writing = false;
                    if (waiting.isEmpty()) {
                        newest = standing;
                    }
                    those.forEach(one -> one.refused().accept(why));
                    write();
                });
    }
}
