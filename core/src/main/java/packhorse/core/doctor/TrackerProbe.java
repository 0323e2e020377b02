package packhorse.core.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.TlsProfile;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.Welcome;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;

/**
 * Goes the way of an agent to its tracker, step by step, and says which step fails: name, TCP or proxy, TLS, Welcome. It says Hello and
 * leaves before it reports anything, so the tracker's books do not change; it is not for a machine whose agent runs, because a tracker
 * keeps one session of each endpoint.
 */
public final class TrackerProbe {
    private static final int MILLIS_MAX = 5_000;
    private static final int PROXY_ANSWER_BYTES_MAX = 8 << 10;

    private final HostPort tracker;
    private final Optional<HostPort> proxy;
    private final MachineIdentity identity;
    private final InstantSource clock;

    private TrackerProbe(HostPort tracker, Optional<HostPort> proxy, MachineIdentity identity, InstantSource clock) {
        this.tracker = tracker;
        this.proxy = proxy;
        this.identity = identity;
        this.clock = clock;
    }

    /** Tries one tracker. */
    public static List<Finding> of(
            HostPort tracker, Optional<HostPort> proxy, MachineIdentity identity, InstantSource clock) {
        return new TrackerProbe(tracker, proxy, identity, clock).run();
    }

    private List<Finding> run() {
        HostPort first = proxy.orElse(tracker);
        String by = proxy.map(door -> " through the proxy " + door).orElse("");
        try (Socket socket = new Socket()) {
            InetAddress address = InetAddress.getByName(first.host());
            socket.connect(new InetSocketAddress(address, first.port()), MILLIS_MAX);
            socket.setSoTimeout(MILLIS_MAX);
            if (proxy.isPresent()) {
                String answer = tunnel(socket);
                if (!answer.matches("HTTP/1\\.[01] 200.*")) {
                    return List.of(Finding.fail(
                            "tracker",
                            "the proxy " + first + " answers CONNECT to " + tracker + " with: " + answer,
                            "have the proxy allow CONNECT to port " + tracker.port() + " without a password"));
                }
            }
            return secured(socket, by);
        } catch (java.net.UnknownHostException e) {
            return List.of(Finding.fail(
                    "tracker",
                    first.host() + " has no address",
                    "mend the name in \"tracker\", or this machine's DNS"));
        } catch (IOException e) {
            return List.of(Finding.fail(
                    "tracker",
                    first + " cannot be reached" + by + ": " + MachineChecks.reason(e),
                    "start it, or let this machine reach that port (firewall, VPN, \"proxy\")"));
        }
    }

    private String tunnel(Socket socket) throws IOException {
        socket.getOutputStream()
                .write(("CONNECT " + tracker + " HTTP/1.1\r\nHost: " + tracker + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (answer.indexOf("\r\n\r\n") < 0 && answer.length() < PROXY_ANSWER_BYTES_MAX) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            answer.append((char) next);
        }
        return answer.toString().lines().findFirst().orElse("nothing");
    }

    private List<Finding> secured(Socket plain, String by) throws IOException {
        try (SSLSocket socket = (SSLSocket) identity.context(EnumSet.of(DeploymentRole.TRACKER))
                .getSocketFactory()
                .createSocket(plain, tracker.host(), tracker.port(), true)) {
            socket.setSSLParameters(TlsProfile.client());
            socket.setSoTimeout(MILLIS_MAX);
            try {
                socket.startHandshake();
            } catch (SSLException e) {
                return List.of(Finding.fail(
                        "tracker",
                        tracker + " answers" + by + ", but not as a tracker of this deployment: " + deepest(e),
                        "see that it is the tracker's port for agents (7301), of the deployment that this"
                                + " machine joined"));
            }
            return greeted(socket, by);
        }
    }

    private List<Finding> greeted(SSLSocket socket, String by) throws IOException {
        OutputStream out = socket.getOutputStream();
        long asked = clock.millis();
        try {
            FrameCodec.write(
                    out,
                    Envelope.newBuilder()
                            .setVersion(FrameCodec.VERSION)
                            .setHello(Hello.newBuilder()
                                    .setVersion(FrameCodec.VERSION)
                                    .setVersionLeast(FrameCodec.VERSION_LEAST)
                                    .setSoftware("packhorse doctor")
                                    .setNowMillis(asked))
                            .build());
            Optional<Envelope> answer = FrameCodec.read(socket.getInputStream());
            if (answer.isPresent() && answer.get().hasWelcome()) {
                return welcomed(answer.get().getWelcome(), asked, by);
            }
            String reason = answer.map(envelope -> envelope.hasGoodbye()
                            ? envelope.getGoodbye().getReason()
                            : envelope.hasRefusal() ? envelope.getRefusal().getReason() : "something else than Welcome")
                    .orElse("nothing");
            return List.of(Finding.fail("tracker", tracker + " turns this machine away: " + reason, "do what it says"));
        } catch (IOException e) {
            return List.of(Finding.fail(
                    "tracker",
                    tracker + " ends the session before its welcome: " + deepest(e),
                    "see the tracker's log: it says why it does not want this machine (revoked, expired, of"
                            + " another deployment)"));
        }
    }

    private List<Finding> welcomed(Welcome welcome, long asked, String by) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(
                "tracker",
                tracker + " welcomes this machine" + by + " (" + welcome.getName() + ", version " + welcome.getVersion()
                        + ")"));
        if (welcome.getNowMillis() > 0) {
            long now = (asked + clock.millis()) / 2;
            findings.add(MachineChecks.clockBeside("the tracker " + tracker, now - welcome.getNowMillis()));
        }
        int length = welcome.getSeenAs().getIp().size();
        if (length == 4 || length == 16) {
            findings.add(Finding.ok(
                    "address",
                    "the tracker sees this machine as "
                            + IpAddress.ofBytes(welcome.getSeenAs().getIp().toByteArray())
                            + "; that, or its own, decides the site"));
        }
        return findings;
    }

    private static String deepest(Throwable thrown) {
        Throwable at = thrown;
        for (int depth = 0; depth < 10 && at.getCause() != null; depth++) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
