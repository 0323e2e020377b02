package packhorse.console.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TogetherTest {
    private static final int BAD = 37;

    @Test
    void anErrorCostsThoseThatCameWithItAndNobodyAfterThem() {
        try (Together<String, String> together = new Together<>("questions", 10, asked -> {
            if (asked.contains("poison")) {
                throw new StackOverflowError("planted");
            }
            return asked;
        })) {
            CompletableFuture<String> poison = together.ask("poison");
            Throwable cause =
                    assertThrows(CompletionException.class, poison::join).getCause();
            assertEquals(StackOverflowError.class, Objects.requireNonNull(cause).getClass());
            assertEquals("well", together.ask("well").join());
        }
    }

    @Test
    void aQuestionThatCannotBeAnsweredCostsItsOwnAnswerOnly() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (Together<Integer, String> together = new Together<>("test", 500, questions -> {
            if (questions.equals(List.of(-1))) {
                first.countDown();
                awaited(asked);
            }
            if (questions.contains(BAD)) {
                throw new IllegalStateException("no answer");
            }
            return questions.stream().map(String::valueOf).toList();
        })) {
            CompletableFuture<String> before = together.ask(-1);
            first.await();
            List<CompletableFuture<String>> answers =
                    IntStream.range(0, 100).mapToObj(together::ask).toList();
            asked.countDown();

            assertEquals("-1", before.join());
            for (int i = 0; i < answers.size(); i++) {
                if (i == BAD) {
                    CompletableFuture<String> bad = answers.get(i);
                    assertThrows(CompletionException.class, bad::join);
                } else {
                    assertEquals(String.valueOf(i), answers.get(i).join());
                }
            }
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
