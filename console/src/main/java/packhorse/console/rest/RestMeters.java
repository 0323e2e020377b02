package packhorse.console.rest;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;

/** Every number that the interface shows, each declared here once with its meaning. */
final class RestMeters {
    static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] BOUNDS = {
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(300),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    RestMeters() {
        Gauge.builder("packhorse_console_memory_bytes", RestMeters::memory)
                .description("memory that the console's objects take, unused ones included")
                .register(registry);
    }

    private static long memory() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Shows what other parts count. */
    void show(Metric metric) {
        if (metric.grows()) {
            FunctionCounter.builder(
                            metric.name(), metric, one -> one.value().get().doubleValue())
                    .description(metric.meaning())
                    .register(registry);
        } else {
            Gauge.builder(metric.name(), metric, one -> one.value().get().doubleValue())
                    .description(metric.meaning())
                    .strongReference(true)
                    .register(registry);
        }
    }

    /** Those who listen to events. */
    void listeners(Supplier<Number> count) {
        Gauge.builder("packhorse_console_listeners", count)
                .description("connections that listen to events")
                .register(registry);
    }

    /** Counts a request, with the time from its last header to its answer. */
    void answered(Route route, int status, long nanos) {
        if (route.result() instanceof Result.Events) {
            return;
        }
        Timer.builder("packhorse_console_requests")
                .description("requests answered, by operation and status")
                .tags("operation", route.name(), "status", String.valueOf(status))
                .serviceLevelObjectives(BOUNDS)
                .register(registry)
                .record(Duration.ofNanos(nanos));
    }

    /** As Prometheus reads it. */
    String scrape() {
        return registry.scrape();
    }
}
