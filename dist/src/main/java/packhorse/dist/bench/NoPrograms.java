package packhorse.dist.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.OperationException;
import packhorse.peer.adapter.Programs;

/** For adapters that run nothing. */
final class NoPrograms implements Programs {
    @Override
    public Ended run(List<String> command, Frame frame) {
        throw new OperationException("this measurement runs no programs, and " + command + " was asked for");
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
