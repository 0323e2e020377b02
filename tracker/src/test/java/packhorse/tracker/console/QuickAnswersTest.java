package packhorse.tracker.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.IssuedToken;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.LeaseRuling;
import packhorse.core.message.v1.TokenRuling;
import packhorse.core.topology.EndpointId;
import packhorse.core.wire.WireSession;
import packhorse.tracker.enrol.TokenSource;

/** Consoles that answer before the tracker has asked the next one. Which comes first is chance on a network, so sessions are faked. */
final class QuickAnswersTest {
    private static final EndpointId ENDPOINT = EndpointId.parse("00000000000000000000000000000001");

    /** Answers each message at once, on the thread that sends it. */
    private record Prompt(BiConsumer<WireSession, Envelope> answer) implements WireSession {
        @Override
        public boolean send(Envelope envelope) {
            answer.accept(this, envelope);
            return true;
        }

        @Override
        public RemoteIdentity peer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public InetSocketAddress remote() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int version() {
            return 2;
        }

        @Override
        public Set<String> features() {
            return Set.of();
        }

        @Override
        public Duration silence() {
            return Duration.ZERO;
        }

        @Override
        public void probe() {
            // There is nobody to be asked.
        }

        @Override
        public void close(String reason, boolean retry) {
            throw new AssertionError(reason);
        }
    }

    private final Lines lines = new Lines();

    private void console(BiConsumer<WireSession, Envelope> answer) {
        lines.add(new ConsoleLine(new Prompt(answer)));
    }

    @Test
    void aConsoleThatLeavesALeaseToOthersDoesNotEndTheQuestionBeforeTheyAreAsked() {
        LeaseQuestions leases = new LeaseQuestions(lines);
        console((session, asked) -> leases.ruled(
                session,
                LeaseRuling.newBuilder()
                        .setNumber(asked.getLeaseAsk().getNumber())
                        .setPassed(true)
                        .build()));
        console((session, asked) -> leases.ruled(
                session,
                LeaseRuling.newBuilder()
                        .setNumber(asked.getLeaseAsk().getNumber())
                        .setUntilMillis(7)
                        .build()));

        CompletableFuture<LeaseAnswer> answer = leases.ask(
                ENDPOINT,
                Optional.empty(),
                LeaseRequest.newBuilder().setAction("a").build());

        assertEquals(7, answer.getNow(LeaseAnswer.getDefaultInstance()).getUntilMillis());
        assertEquals(0, leases.unruled());
    }

    @Test
    void whereAllLeaveItToOthersNobodyRules() {
        LeaseQuestions leases = new LeaseQuestions(lines);
        for (int i = 0; i < 2; i++) {
            console((session, asked) -> leases.ruled(
                    session,
                    LeaseRuling.newBuilder()
                            .setNumber(asked.getLeaseAsk().getNumber())
                            .setPassed(true)
                            .build()));
        }

        assertTrue(leases.ask(ENDPOINT, Optional.empty(), LeaseRequest.getDefaultInstance())
                .isCancelled());
        assertEquals(1, leases.unruled());
    }

    @Test
    void aTokenThatOneConsoleKnowsIsKnownThoughAllHaveAnswered() {
        TokenQuestions tokens = new TokenQuestions(lines);
        console((session, asked) -> tokens.opens(
                session,
                TokenRuling.newBuilder()
                        .setNumber(asked.getTokenAsk().getNumber())
                        .build()));
        console((session, asked) -> tokens.opens(
                session,
                TokenRuling.newBuilder()
                        .setNumber(asked.getTokenAsk().getNumber())
                        .setToken(IssuedToken.newBuilder()
                                .setId("abc")
                                .setSecret(ByteString.copyFrom(new byte[32]))
                                .setRole("agent")
                                .setSite("berlin")
                                .setExpiryMillis(7))
                        .build()));

        assertEquals(Optional.of("abc"), tokens.ask("abc").map(TokenSource.Token::id));
    }
}
