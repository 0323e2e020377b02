package packhorse.peer.agent;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** Where others reach a socket of this machine: a wildcard address stands for every address but loopback and link-local. */
final class OwnAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);

    private OwnAddresses() {}

    static List<PeerAddress> of(PeerAddress listening) {
        String text = listening.ip().toString();
        if (!text.equals("0.0.0.0") && !text.equals("::")) {
            return List.of(listening);
        }
        try (Stream<NetworkInterface> all = NetworkInterface.networkInterfaces()) {
            return all.flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .map(address -> IpAddress.ofBytes(address.getAddress()))
                    .filter(address -> address.isV4() == listening.ip().isV4())
                    .sorted()
                    .map(address -> new PeerAddress(address, listening.port()))
                    .toList();
        } catch (SocketException e) {
            LOG.warn("this machine's addresses cannot be listed: {}; name them in listen:", e.getMessage());
            return List.of();
        }
    }
}
