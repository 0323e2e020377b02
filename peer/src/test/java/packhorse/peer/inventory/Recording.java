package packhorse.peer.inventory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.state.Inventory;

/** A machine as files and programs said it, recorded; what is not recorded is not there. */
final class Recording implements Programs {
    private final Path root;
    private final Map<String, String> programs = new HashMap<>();
    private final Collector collector;
    int asked;

    Recording(Path root) {
        this.root = root;
        this.collector = new Collector(
                new MachineFiles(root), this, name -> name.equals("eth0") ? List.of("10.1.0.5") : List.of());
    }

    Recording with(String path, String text) {
        return with(path, text.getBytes(StandardCharsets.UTF_8));
    }

    Recording with(String path, byte[] bytes) {
        try {
            Path file = root.resolve(path.substring(1));
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Recording saying(String program, String text) {
        programs.put(program, text);
        return this;
    }

    Recording silent(String program) {
        programs.remove(program);
        return this;
    }

    Inventory taken() {
        return takenAfter(Inventory.EMPTY);
    }

    Inventory takenAfter(Inventory last) {
        return collector.collect(List.of(), last);
    }

    @Override
    public Optional<String> output(List<String> command) {
        asked++;
        return Optional.ofNullable(programs.get(command.getFirst()));
    }
}
