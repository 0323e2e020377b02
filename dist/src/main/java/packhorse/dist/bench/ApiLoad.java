package packhorse.dist.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import packhorse.core.OperationException;

/** Some clients at once that call one address after the other and note how long each answer took, from the first byte sent to the last read. */
final class ApiLoad {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final int HTTP_OK = 200;
    private static final int HTTP_NOT_FOUND = 404;
    private static final int HTTP_ERROR = 300;
    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * A call.
     *
     * @param body of a POST; empty: a GET
     */
    record Call(String path, Optional<String> body) {
        static Call get(String path) {
            return new Call(path, Optional.empty());
        }

        static Call post(String path, String body) {
            return new Call(path, Optional.of(body));
        }
    }

    /** What the clients found: each answer's milliseconds, in order of their length. */
    record Found(List<Double> millis) {
        Found {
            millis = millis.stream().sorted().toList();
        }

        /** So much of a hundred were answered within this. */
        double percentile(int percent) {
            int at = (int) Math.ceil(millis.size() * percent / 100.0) - 1;
            return millis.get(Math.max(0, at));
        }

        double largest() {
            return millis.getLast();
        }
    }

    private final String base;
    private final String token;
    private final int clients;

    /**
     * @param base the console's address, {@code http://127.0.0.1:7500}
     * @param clients so many call at once
     */
    ApiLoad(String base, String token, int clients) {
        this.base = base;
        this.token = token;
        this.clients = clients;
    }

    /** Whether the address is known: benches run against consoles of several ages. */
    boolean knows(String path) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return send(client, Call.get(path)).statusCode() != HTTP_NOT_FOUND;
        }
    }

    /** The answer to one call, as text. */
    String once(Call call) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return checked(call, send(client, call));
        }
    }

    /** Calls for so long, each client at least once. */
    Found run(Duration time, IntFunction<Call> calls) {
        List<Double> millis = Collections.synchronizedList(new ArrayList<>());
        long end = System.nanoTime() + time.toNanos();
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int which = i;
                all.add(threads.submit(() -> {
                    // A connection of its own for each: the answers of one never wait behind another's.
                    try (HttpClient client = HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .build()) {
                        int number = which;
                        do {
                            Call call = calls.apply(number);
                            long begin = System.nanoTime();
                            checked(call, send(client, call));
                            millis.add((System.nanoTime() - begin) / NANOS_PER_MILLI);
                            number += clients;
                        } while (System.nanoTime() < end);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted while calls were measured", e);
        } catch (ExecutionException e) {
            throw new OperationException("a call failed: " + e.getMessage(), e);
        }
        return new Found(millis);
    }

    private HttpResponse<String> send(HttpClient client, Call call) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + call.path()))
                .timeout(ANSWER_MAX)
                .header("Authorization", "Bearer " + token);
        call.body()
                .ifPresentOrElse(
                        body -> request.header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body)),
                        request::GET);
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new OperationException(call.path() + " was not answered: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted while " + call.path() + " was asked", e);
        }
    }

    private static String checked(Call call, HttpResponse<String> answer) {
        if (answer.statusCode() < HTTP_OK || answer.statusCode() >= HTTP_ERROR) {
            throw new OperationException(call.path() + " was answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }
}
