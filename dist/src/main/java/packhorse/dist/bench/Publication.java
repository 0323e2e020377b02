package packhorse.dist.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One publish into a fresh origin folder with fresh keys, so that nothing is there already. */
record Publication(Launcher launcher, Scratch scratch, String folder) {
    private static final Duration KEYS_MAX = Duration.ofMinutes(1);

    static Publication prepare(Launcher launcher, Scratch scratch, int number) {
        Publication publication = new Publication(launcher, scratch, "publication-" + number);
        scratch.write(publication.folder + "/passphrase", "known to everybody\n");
        scratch.write(publication.folder + "/origin.yaml", """
            data: %s
            listen: %s:0
            swarm: ["%s:0"]
            keys: %s
            passphraseFile: %s
            """.formatted(
                        publication.path("origin"),
                        Ports.ADDRESS,
                        Ports.ADDRESS,
                        publication.path("keys"),
                        publication.path("passphrase")));
        Child.start(
                        "keys",
                        scratch,
                        launcher.packhorse(
                                "keys",
                                "new",
                                publication.path("keys").toString(),
                                "--passphrase-file",
                                publication.path("passphrase").toString(),
                                "--quiet"))
                .end(KEYS_MAX);
        return publication;
    }

    private Path path(String name) {
        return scratch.path(folder).resolve(name);
    }

    List<String> command(Path file) {
        return launcher.packhorse(
                "publish",
                file.toString(),
                "--name",
                Stand.CONTENT,
                "--version",
                "1.0",
                "--config",
                path("origin.yaml").toString(),
                "--passphrase-file",
                path("passphrase").toString(),
                "--quiet");
    }

    void forget() {
        scratch.delete(folder);
    }
}
