package packhorse.peer.adapter.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.peer.adapter.Programs;

/** A machine on which no program is found, and none may be run. */
public final class NoPrograms implements Programs {
    @Override
    public Ended run(List<String> command, Frame frame) {
        throw new AssertionError("nothing can be run here, and " + command + " was asked for");
    }

    @Override
    public Optional<String> whyNotConfined() {
        return Optional.empty();
    }

    @Override
    public Optional<Path> find(String name) {
        return Optional.empty();
    }
}
