package packhorse.seeder.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.content.Dependency;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.Visitor;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonString;
import packhorse.core.terminal.Terminal;
import packhorse.core.unit.ByteCount;
import packhorse.peer.adapter.Adapters;
import packhorse.seeder.build.Progress;
import packhorse.seeder.origin.OriginConfig;
import packhorse.seeder.publish.BundleRequest;
import packhorse.seeder.publish.Destinations;
import packhorse.seeder.publish.InstallFile;
import packhorse.seeder.publish.PublishRequest;
import packhorse.seeder.publish.Published;
import packhorse.seeder.publish.Publisher;
import packhorse.seeder.sign.KeyDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse publish}: brings a file, a tree or a bundle into the catalogue. */
@Command(
        name = "publish",
        description = {
            "Publishes a file or a directory tree as a release, or a bundle of releases.",
            "Publishing the same again changes nothing; a publish that died is taken up by the next one."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse publish app.tar --name acme/app --version 1.2 --config origin.yaml --keys keys",
            "  packhorse publish ./tree --name acme/tools --version 2.0-1 --platform linux-amd64 \\",
            "      --depends acme/app:>=1.2 --to https://192.0.2.10:7400 --ca deployment-ca.crt \\",
            "      --keys keys --passphrase-file phrase",
            "  packhorse publish ./app --name acme/app --version 1.3 --install app.install.yaml \\",
            "      --config origin.yaml --keys keys",
            "  packhorse publish os.img --name acme/os --version 12.4 --kind image --open-swarm \\",
            "      --config origin.yaml --keys keys",
            "  packhorse publish --bundle desktop.yaml --config origin.yaml --keys keys",
            "",
            "A bundle file:",
            "  name: acme/desktop",
            "  version: 2026.11",
            "  members:",
            "    - {name: acme/app, version: 1.2}",
            "    - {name: acme/tools, version: 2.0-1, platform: linux-amd64}"
        })
public final class PublishCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", arity = "0..1", description = "A file, or a directory that is published whole.")
    private @Nullable Path path;

    @Option(names = "--bundle", paramLabel = "FILE", description = "Publish the bundle that FILE lists instead.")
    private @Nullable Path bundle;

    @Option(names = "--name", paramLabel = "NAME", description = "publisher/product.")
    private @Nullable String name;

    @Option(names = "--version", paramLabel = "V", description = "[epoch:]upstream[-revision].")
    private @Nullable String version;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "package",
            description = "package or image (default ${DEFAULT-VALUE}).")
    private String kind = "";

    @Option(
            names = "--platform",
            paramLabel = "P",
            defaultValue = "any",
            description = "What it runs on, such as linux-amd64 (default ${DEFAULT-VALUE}).")
    private String platform = "";

    @Option(names = "--open-swarm", description = "Let other BitTorrent clients have it too.")
    private boolean openSwarm;

    @Option(names = "--keep-owner", description = "Keep owner and group of a tree's files, by number.")
    private boolean keepOwner;

    @Option(
            names = "--depends",
            paramLabel = "NAME[:RANGE]",
            description = "Another release that must be there; may be repeated.")
    private List<String> depends = List.of();

    @Option(
            names = "--install",
            paramLabel = "FILE",
            description = "How machines put it in place (see seeder/samples/app.install.yaml); without it, it is only"
                    + " distributed.")
    private @Nullable Path install;

    @Option(
            names = "--allow-adapter",
            paramLabel = "NAME",
            description =
                    "The machines have this adapter though this program has not; its settings go unchecked. May be"
                            + " repeated.")
    private Set<String> allowedAdapters = Set.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Publish into the data directory of this origin configuration, on this machine.")
    private @Nullable Path config;

    @Option(names = "--to", paramLabel = "URL", description = "Publish through the upload door of the origin at URL.")
    private @Nullable URI to;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "The deployment's root certificate, deployment-ca.crt: only its origin is published to. Needed"
                            + " with --to.")
    private @Nullable Path ca;

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
        if ((config == null) == (to == null)) {
            throw new UsageException("say where to publish: --config origin.yaml on the origin's machine, or --to URL");
        }
        if ((path == null) == (bundle == null)) {
            throw new UsageException("say what to publish: a PATH, or --bundle FILE");
        }
        Function<Publisher, Published> work = bundle != null ? bundleWork(bundle) : releaseWork(path);
        boolean draws = outcome.talks() && Terminal.isThere();
        Published published;
        if (draws) {
            try (ProgressBar bar = new ProgressBar(KeysCommand.err(spec), InstantSource.system())) {
                published = run(work, bar);
            }
        } else {
            published = run(work, Progress.none());
        }
        print(published);
        return 0;
    }

    private Function<Publisher, Published> bundleWork(Path file) {
        if (install != null) {
            throw new UsageException("the members of a bundle say how they are put in place; leave --install out");
        }
        if (name != null || version != null) {
            throw new UsageException("a bundle has its name and version in its file; leave --name and --version out");
        }
        BundleRequest request = BundleRequest.read(file);
        return publisher -> publisher.publish(request);
    }

    private Function<Publisher, Published> releaseWork(@Nullable Path source) {
        if (source == null || name == null || version == null) {
            throw new UsageException("a release needs --name and --version, such as --name acme/app --version 1.2");
        }
        try {
            ReleaseId id = new ReleaseId(ReleaseName.parse(name), Version.parse(version), new Platform(platform));
            PublishRequest request = new PublishRequest(
                    source,
                    id,
                    kindOf(kind),
                    openSwarm,
                    keepOwner,
                    depends.stream().map(Dependency::parse).toList(),
                    Optional.ofNullable(install)
                            .map(file -> InstallFile.read(file, Adapters.standard(), allowedAdapters)));
            return publisher -> publisher.publish(request);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Kind kindOf(String word) {
        return switch (word) {
            case "package" -> Kind.PACKAGE;
            case "image" -> Kind.IMAGE;
            default -> throw new UsageException("\"" + word + "\" is no kind; write package or image");
        };
    }

    private Published run(Function<Publisher, Published> work, Progress progress) {
        return config != null ? runLocal(config, work, progress) : runRemote(work, progress);
    }

    private Published runLocal(Path file, Function<Publisher, Published> work, Progress progress) {
        // No secret is kept for the hours that content may take: what is opened with it is open.
        SigningDesk desk = SigningDesk.open(OriginConfig.read(file), Optional.ofNullable(keys), passphrase);
        try (Destinations.Session session = Destinations.local(desk.directory(), desk.signers(), progress)) {
            return work.apply(session.publisher());
        }
    }

    private Published runRemote(Function<Publisher, Published> work, Progress progress) {
        if (keys == null || to == null) {
            throw new UsageException("--to needs --keys DIR, the directory with the targets key and root.json");
        }
        if (to.getHost() == null || !"https".equals(to.getScheme())) {
            throw new UsageException("\"" + to + "\" is not an origin's URL; an origin speaks TLS: write for example"
                    + " --to https://192.0.2.10:7400 --ca deployment-ca.crt");
        }
        if (ca == null) {
            throw new UsageException(
                    "--to needs --ca FILE, the deployment's root certificate: deployment-ca.crt from the"
                            + " authority's directory, or from any machine that joined");
        }
        SSLContext tls = Visitor.context(ca, Set.of(DeploymentRole.ORIGIN), InstantSource.system());
        char[] phrase = passphrase.read("the passphrase of the targets key", false);
        try (Destinations.Session session =
                Destinations.remote(to, tls, KeyDirectory.open(keys), phrase, InstantSource.system(), progress)) {
            return work.apply(session.publisher());
        } finally {
            Arrays.fill(phrase, '\0');
        }
    }

    private void print(Published published) {
        published.adapter().ifPresent(adapter -> outcome.with("adapter", adapter));
        outcome.with("path", published.targetPath())
                .with("document", published.document().hex())
                .with("sha256", published.sha256().hex())
                .with("bytes", published.bytes())
                .with("files", published.files())
                .with("new", published.isNew())
                .with("irreversible", !published.irreversible().isEmpty())
                .with(
                        "irreversibleBecause",
                        new JsonArray(published.irreversible().stream()
                                .<Json>map(JsonString::new)
                                .toList()))
                .print(
                        KeysCommand.out(spec),
                        (published.isNew()
                                        ? "published " + published.targetPath() + describe(published)
                                        : published.targetPath()
                                                + " was already published with exactly this; nothing changed")
                                + inPlace(published));
    }

    /** How it is put in place; nothing for what is only distributed. */
    private static String inPlace(Published published) {
        StringBuilder text = new StringBuilder();
        published
                .adapter()
                .ifPresent(adapter -> text.append("%nput in place by the adapter ".formatted())
                        .append(adapter)
                        .append(published.irreversible().isEmpty() ? ", and can be taken back" : ""));
        published
                .irreversible()
                .forEach(reason -> text.append("%nirreversible: ".formatted()).append(reason));
        return text.toString();
    }

    private static String describe(Published published) {
        return published.bytes() == 0
                ? ""
                : ", " + new ByteCount(published.bytes()) + ", SHA-256 " + published.sha256();
    }
}
