package packhorse.peer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import packhorse.core.OperationException;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Progress;

final class ProgressLineTest {
    @Test
    void aPersonSeesRateAndTimeLeft() {
        Progress progress = Progress.newBuilder()
                .setPhase("fetching")
                .setBytesHave(25 << 20)
                .setBytesTotal(100 << 20)
                .setBytesPerSecond(1 << 20)
                .setPeers(1)
                .build();
        assertEquals("fetching  25% of 100.0 MiB  1.0 MiB/s  1:15 left  1 peer", ProgressLine.text(progress));
    }

    @Test
    void aShorterLineLeavesNothingOfALongerOne() {
        StringWriter terminal = new StringWriter();
        ProgressLine line = new ProgressLine(new PrintWriter(terminal));
        line.show(Progress.newBuilder().setPhase("verifying").build());
        line.show(Progress.newBuilder().setPhase("done").build());
        line.clear();
        assertEquals("\rverifying\rdone     \r    \r", terminal.toString());
    }

    @Test
    void theSocketIsFoundWhereItWasSaidToBe() {
        for (AgentSocket socket : new AgentSocket[] {
            AgentSocket.find(Path.of("/nowhere/asked"), Map.of("PACKHORSE_SOCKET", "/nowhere/named")),
            AgentSocket.find(null, Map.of("PACKHORSE_SOCKET", "/nowhere/asked"))
        }) {
            try {
                socket.ask(LocalRequest.getDefaultInstance(), reply -> {});
            } catch (OperationException e) {
                assertTrue(e.toString().contains("no agent listens at /nowhere/asked"), e.toString());
                continue;
            }
            throw new AssertionError("somebody listens at /nowhere");
        }
    }
}
