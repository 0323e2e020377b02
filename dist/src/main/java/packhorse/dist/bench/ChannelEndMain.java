package packhorse.dist.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelConfig;
import packhorse.peer.channel.LocalPeers;
import packhorse.peer.channel.RelayChannel;
import packhorse.peer.channel.RemotePeer;
import packhorse.peer.channel.SwarmAdmission;

/**
 * A peer channel in a process of its own, as it stands in an agent's, and nothing of the agent: {@code IDENTITY-DIR ADDRESS PACK
 * INFO-HASH}. It says {@code listening IP:PORT}, and obeys lines: {@code engine IP:PORT}, answered {@code ok}, and
 * {@code swarm PEER-ID IP:PORT plain|tls}, answered {@code alias IP:PORT}; the address is {@code -} for a peer that comes by itself.
 * The end of the input is the end of the program.
 */
final class ChannelEndMain {
    private ChannelEndMain() {}

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = System.out;
        Sha256 pack = Sha256.parse(args[2]);
        InfoHash swarm = InfoHash.parse(args[3]);
        try (RelayChannel channel = RelayChannel.open(
                ChannelConfig.on(new InetSocketAddress(args[1], 0)),
                MachineIdentity.open(Path.of(args[0]), InstantSource.system()),
                InstantSource.system(),
                System::nanoTime)) {
            out.println("listening " + channel.listening().getFirst());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "engine" -> {
                        channel.engineAt(PeerAddress.parse(words[1]));
                        out.println("ok");
                    }
                    case "swarm" -> {
                        boolean comes = words[2].equals("-");
                        List<RemotePeer> peers = List.of(new RemotePeer(
                                EndpointId.parse(words[1]),
                                comes ? List.of() : List.of(PeerAddress.parse(words[2])),
                                false,
                                words[3].equals("plain")));
                        LocalPeers local = channel.swarm(new SwarmAdmission(
                                pack,
                                swarm,
                                Optional.empty(),
                                Priority.NORMAL,
                                comes ? List.of() : peers,
                                comes ? peers : List.of()));
                        out.println("alias " + (comes ? "-" : local.connect().getFirst()));
                    }
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }
}
