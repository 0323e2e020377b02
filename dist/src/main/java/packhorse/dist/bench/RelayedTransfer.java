package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrent;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.topology.EndpointId;

/**
 * The library alone at both ends, as in {@link BareTransfer}, with two relays between seed and receiver, each in a process of its own:
 * what the way costs, and nothing else. Relays live through all rounds, as agents do.
 */
final class RelayedTransfer implements Transfer {
    /** What the two relays are. */
    enum Way {
        /** Two programs that copy bytes. */
        SPLICE,
        /** Two peer channels. */
        TLS,
        /** Two peer channels that may go on unencrypted. */
        LAN_PLAIN
    }

    private final Launcher launcher;
    private final Path tests;
    private final Scratch scratch;
    private final Path torrent;
    private final String name;
    private final Child seed;
    private final List<Child> relays = new ArrayList<>();
    private final String entrance;
    private double relaysCpuSeconds;

    RelayedTransfer(
            Way way,
            Launcher launcher,
            Path tests,
            Scratch scratch,
            Path content,
            Torrent hybrid,
            Sha256 pack,
            InstantSource clock) {
        this.launcher = launcher;
        this.tests = tests;
        this.scratch = scratch;
        this.name = way.name().toLowerCase(java.util.Locale.ROOT);
        this.torrent = scratch.write(name + ".torrent", hybrid.bytes());
        this.seed = Child.talkTo(name + "-seed", scratch, bare("seed", content));
        String seedPort = expect(seed, "port ");
        this.entrance = switch (way) {
            case SPLICE -> splice("near", splice("far", seedPort).split(":", -1)[1]);
            case TLS -> channels(seedPort, hybrid, pack, "tls", clock.instant());
            case LAN_PLAIN -> channels(seedPort, hybrid, pack, "plain", clock.instant());
        };
    }

    private List<String> bare(String role, Path folder) {
        return launcher.java(tests, BareTransfer.HARNESS, role, Ports.ADDRESS, torrent.toString(), folder.toString());
    }

    private String splice(String which, String port) {
        Child relay = Child.talkTo(
                name + "-" + which, scratch, launcher.java(tests, SpliceMain.class.getName(), Ports.ADDRESS, port));
        relays.add(relay);
        return Ports.ADDRESS + ":" + expect(relay, "port ");
    }

    private String channels(String seedPort, Torrent hybrid, Sha256 pack, String mode, Instant now) {
        SecureRandom random = new SecureRandom();
        CertificateAuthority.Root root = CertificateAuthority.Root.create(now, random);
        CertificateAuthority authority = root.issuing(now, random);
        EndpointId nearId = id(random);
        EndpointId farId = id(random);
        Child far = channel("far", farId, root, authority, hybrid, pack, now);
        String farAt = expect(far, "listening ");
        Child near = channel("near", nearId, root, authority, hybrid, pack, now);
        expect(near, "listening ");
        far.tell("engine " + Ports.ADDRESS + ":" + seedPort);
        expect(far, "ok");
        far.tell("swarm " + nearId + " - " + mode);
        expect(far, "alias ");
        near.tell("swarm " + farId + " " + farAt + " " + mode);
        return expect(near, "alias ");
    }

    private static EndpointId id(RandomGenerator random) {
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        random.nextBytes(id);
        return EndpointId.ofBytes(id);
    }

    private Child channel(
            String which,
            EndpointId id,
            CertificateAuthority.Root root,
            CertificateAuthority authority,
            Torrent hybrid,
            Sha256 pack,
            Instant now) {
        Path folder = scratch.folder(name + "-" + which);
        KeyPair pair = Credential.newKey(new SecureRandom());
        CertificateAuthority.Subject subject =
                new CertificateAuthority.Subject(id, DeploymentRole.AGENT, "bench", List.of());
        try {
            Files.write(folder.resolve(MachineIdentity.KEY_FILE), Pem.encode(pair.getPrivate()));
            Files.write(
                    folder.resolve(MachineIdentity.CERTIFICATE_FILE),
                    Pem.encode(List.of(authority.issue(pair.getPublic(), subject, now), authority.certificate())));
            Files.write(folder.resolve(MachineIdentity.ROOT_FILE), Pem.encode(List.of(root.certificate())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Child relay = Child.talkTo(
                name + "-" + which + "-relay",
                scratch,
                launcher.java(
                        tests,
                        ChannelEndMain.class.getName(),
                        folder.toString(),
                        Ports.ADDRESS,
                        pack.hex(),
                        hybrid.infoHash().hex()));
        relays.add(relay);
        return relay;
    }

    private static String expect(Child child, String prefix) {
        String line = child.line();
        if (!line.startsWith(prefix)) {
            throw new OperationException("it said \"" + line + "\" instead of \"" + prefix + "…\"");
        }
        return line.substring(prefix.length());
    }

    /** Of both relays, in the last fetch. */
    double relaysCpuSeconds() {
        return relaysCpuSeconds;
    }

    private double relaysCpu() {
        return relays.stream().mapToDouble(Child::cpuSeconds).sum();
    }

    @Override
    public Cost fetch(int round) {
        String folder = name + "-leech-" + round;
        try (Child leech = Child.talkTo(folder, scratch, bare("leech", scratch.folder(folder)))) {
            expect(leech, "port ");
            double ends = seed.cpuSeconds() + leech.cpuSeconds();
            double between = relaysCpu();
            long start = System.nanoTime();
            leech.tell(entrance);
            expect(leech, "done");
            double seconds = (System.nanoTime() - start) / 1e9;
            relaysCpuSeconds = relaysCpu() - between;
            return new Cost(seconds, seed.cpuSeconds() + leech.cpuSeconds() - ends + relaysCpuSeconds);
        } finally {
            scratch.delete(folder);
        }
    }

    @Override
    public void close() {
        relays.forEach(Child::close);
        seed.close();
    }
}
