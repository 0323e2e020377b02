package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Machines that a console governs, each with a root directory of its own to install into. */
final class Governed implements AgentSettings {
    @Override
    public boolean console() {
        return true;
    }

    @Override
    public String moreYaml(Office.Machine machine) {
        try {
            Files.createDirectories(root(machine));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "install: {root: \"" + root(machine) + "\"}\n";
    }

    /** Where what is installed on a machine is put. */
    static Path root(Office.Machine machine) {
        return machine.data().resolveSibling(machine.folder() + ".root");
    }
}
