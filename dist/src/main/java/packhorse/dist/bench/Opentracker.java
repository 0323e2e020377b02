package packhorse.dist.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import packhorse.core.OperationException;
import packhorse.core.content.InfoHash;

/**
 * The tracker opentracker as Debian builds it: it serves only the info-hashes of a list, as ours does. Started by root it
 * changes its root folder and its user, so both the folder and the list must be readable by others.
 */
final class Opentracker {
    private Opentracker() {}

    /** Starts it at {@code address}, TCP and UDP, serving {@code content} alone. */
    static Child start(
            Path program, Scratch scratch, List<String> before, InetSocketAddress address, InfoHash content) {
        Path folder = scratch.folder("opentracker");
        scratch.write("opentracker/whitelist", content.hex() + "\n");
        Path config = scratch.write(
                "opentracker/opentracker.conf",
                "listen.udp.workers 1\nlisten.tcp_udp " + address.getHostString() + ":" + address.getPort()
                        + "\naccess.whitelist whitelist\n" + "tracker.rootdir " + folder + "\n");
        try {
            for (Path path : List.of(scratch.path(""), folder)) {
                java.nio.file.Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        } catch (java.io.IOException e) {
            throw new OperationException("cannot open " + folder + " for opentracker: " + e.getMessage(), e);
        }
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(program.toString(), "-f", config.toString()));
        return Child.start("opentracker", scratch, command);
    }
}
