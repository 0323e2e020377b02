package packhorse.seeder.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonString;
import packhorse.seeder.origin.OriginConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse origin retire NAME}: signs the catalogue without a release and its updates. */
@Command(
        name = "retire",
        description = {
            "Signs the catalogue without a release and all its updates, on the origin's machine. Once it is published",
            "the origin removes what of them nothing else needs; a stopped one does with its next start.",
            "Retiring the same again changes nothing. Content under a retired name is the old one or refused."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse origin retire acme/app --version 1.2 --config origin.yaml --keys keys",
            "  packhorse origin retire acme/tools --version 2.0-1 --platform linux-amd64 --with-bundles \\",
            "      --config origin.yaml --keys keys --passphrase-file phrase"
        })
final class RetireCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "publisher/product.")
    private String name = "";

    @Option(
            names = "--version",
            paramLabel = "V",
            required = true,
            description = "The release; newer ones of its line and platform are its updates.")
    private String version = "";

    @Option(
            names = "--platform",
            paramLabel = "P",
            defaultValue = "any",
            description = "What it runs on, such as linux-amd64 (default ${DEFAULT-VALUE}).")
    private String platform = "";

    @Option(names = "--with-bundles", description = "Retire bundles that name one of them, too.")
    private boolean bundles;

    @Option(names = "--config", paramLabel = "FILE", description = "The origin's configuration (YAML). Needed.")
    private @Nullable Path config;

    @Option(
            names = "--keys",
            paramLabel = "DIR",
            description = "Directory with the targets key (default: the configuration's).")
    private @Nullable Path keys;

    @Mixin
    private PassphraseOptions passphrase = new PassphraseOptions();

    @Mixin
    private Outcome outcome = new Outcome();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (config == null) {
            throw new UsageException("--config FILE is needed: a release is retired on the origin's machine");
        }
        ReleaseId release;
        try {
            release = new ReleaseId(ReleaseName.parse(name), Version.parse(version), new Platform(platform));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
        SortedSet<String> paths = retire(OriginConfig.read(config), release);
        outcome.with("new", !paths.isEmpty())
                .with(
                        "retired",
                        new JsonArray(paths.stream().<Json>map(JsonString::new).toList()))
                .print(
                        KeysCommand.out(spec),
                        paths.isEmpty()
                                ? release + " was retired before; nothing changed"
                                : "retired " + String.join(", ", paths)
                                        + "; the origin removes what nothing else needs");
        return 0;
    }

    private SortedSet<String> retire(OriginConfig origin, ReleaseId release) {
        SigningDesk desk = SigningDesk.open(origin, Optional.ofNullable(keys), passphrase);
        return desk.directory()
                .retire(
                        release,
                        bundles,
                        request -> request.sign(desk.signers()).bytes());
    }
}
