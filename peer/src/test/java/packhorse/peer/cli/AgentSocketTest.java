package packhorse.peer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Failure;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.message.v1.LocalReply;

final class AgentSocketTest {
    /** A name of a file that somebody made, in the detail of a line that root looks at. */
    @Test
    void whatIsSaidOfFilesAndReleasesCannotSpeakToTheTerminal() {
        LocalReply said = AgentSocket.shown(LocalReply.newBuilder()
                .setStatus(AgentStatus.newBuilder()
                        .setSite("berlin")
                        .setDesiredRevision(7)
                        .addLines(LineStatus.newBuilder()
                                .setName("acme/app")
                                .setDetail("current: leads to \u001b]0;owned\u0007x\n\u009b2J")))
                .build());
        assertEquals(
                LocalReply.newBuilder()
                        .setStatus(AgentStatus.newBuilder()
                                .setSite("berlin")
                                .setDesiredRevision(7)
                                .addLines(LineStatus.newBuilder()
                                        .setName("acme/app")
                                        .setDetail("current: leads to  ]0;owned x 2J")))
                        .build(),
                said);
        assertEquals(
                "no such file",
                AgentSocket.shown(LocalReply.newBuilder()
                                .setFailed(Failure.newBuilder().setReason("no such\u0085file"))
                                .build())
                        .getFailed()
                        .getReason());
    }
}
