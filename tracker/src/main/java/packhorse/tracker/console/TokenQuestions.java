package packhorse.tracker.console;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.PlainText;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.IssuedToken;
import packhorse.core.message.v1.TokenAsk;
import packhorse.core.message.v1.TokenRuling;
import packhorse.core.wire.WireSession;
import packhorse.tracker.enrol.TokenSource;

/** What a join token opens: asked of all consoles while a machine waits at the enrolment door. Safe for any thread. */
final class TokenQuestions {
    private static final Logger LOG = LoggerFactory.getLogger(TokenQuestions.class);

    /** A machine waits at the enrolment door for so long. */
    private static final Duration TOKEN_MAX = Duration.ofSeconds(5);

    /** {@code asked} are those that have not answered. */
    private record Question(CompletableFuture<Optional<TokenSource.Token>> answer, Set<ConsoleLine> asked) {}

    private final Lines lines;
    private final Map<Long, Question> questions = new ConcurrentHashMap<>();

    TokenQuestions(Lines lines) {
        this.lines = lines;
    }

    /** Asks, and waits for the answer; empty where no console knows the token, or none answers. */
    Optional<TokenSource.Token> ask(String id) {
        long number = lines.number();
        Set<ConsoleLine> asked = ConcurrentHashMap.newKeySet();
        Question question = new Question(new CompletableFuture<>(), asked);
        questions.put(number, question);
        try {
            lines.ask(
                    Envelope.newBuilder()
                            .setTokenAsk(TokenAsk.newBuilder().setNumber(number).setToken(id)),
                    asked);
            // All may have answered by now that they do not know it.
            return asked.isEmpty()
                    ? question.answer().getNow(Optional.empty())
                    : question.answer().get(TOKEN_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("no console says what the token {} opens", PlainText.line(id));
            return Optional.empty();
        } finally {
            questions.remove(number);
        }
    }

    /** A console says what a token opens, or that it does not know it. */
    void opens(WireSession session, TokenRuling ruling) {
        Question question = questions.get(ruling.getNumber());
        if (question == null) {
            LOG.debug("{} says what a token opens that nobody asks for any more", session);
            return;
        }
        if (ruling.hasToken()) {
            IssuedToken token = ruling.getToken();
            question.answer()
                    .complete(Optional.of(new TokenSource.Token(
                            token.getId(),
                            Sha256.ofDigest(token.getSecret().toByteArray()),
                            token.getSite(),
                            DeploymentRole.parse(token.getRole()),
                            token.getNamesList(),
                            token.getEndpoint().isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(Memory.id(token.getEndpoint())),
                            Instant.ofEpochMilli(token.getExpiryMillis()))));
        }
        // Behind the answer: whoever asked looks at who is left first.
        question.asked().removeIf(line -> line.session.equals(session));
        if (question.asked().isEmpty()) {
            question.answer().complete(Optional.empty());
        }
    }

    /** A console is gone and will not answer. */
    void forget(ConsoleLine line) {
        questions.values().forEach(question -> {
            if (question.asked().remove(line) && question.asked().isEmpty()) {
                question.answer().complete(Optional.empty());
            }
        });
    }
}
