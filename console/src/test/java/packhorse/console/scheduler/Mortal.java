package packhorse.console.scheduler;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import packhorse.console.ledger.Desired;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Statuses;
import packhorse.console.ledger.Waves;

/**
 * A ledger whose process dies at a step: right before the call with this number into the pages that changes something, or right before or
 * right after the commit. What was not committed is gone, as after a kill; what was stays, though nobody was told.
 */
final class Mortal implements Transactions {
    /** It is dead. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed(long step) {
            super("killed at step " + step);
        }
    }

    private static final Set<String> CHANGING = Set.of(
            "add",
            "change",
            "remove",
            "next",
            "audit",
            "tell",
            "freeze",
            "thaw",
            "dispatch",
            "put",
            "sum",
            "recall",
            "lease",
            "begun",
            "store",
            "drop");

    private final Transactions inner;
    private final AtomicLong steps;
    private final long last;

    /**
     * @param steps of all processes so far
     * @param last the step that it dies at; 0: never
     */
    Mortal(Transactions inner, AtomicLong steps, long last) {
        this.inner = inner;
        this.steps = steps;
        this.last = last;
    }

    private void step() {
        long now = steps.incrementAndGet();
        if (now == last) {
            throw new Killed(now);
        }
    }

    @Override
    public <T> T read(Function<Pages, T> work) {
        return inner.read(work);
    }

    @Override
    public <T> T write(Function<Pages, T> work) {
        T done = inner.write(pages -> {
            T result = work.apply(mortal(Pages.class, pages));
            step();
            return result;
        });
        step();
        return done;
    }

    @Override
    public <T> T fenced(long number, Function<Pages, T> work) {
        T done = inner.fenced(number, pages -> {
            T result = work.apply(mortal(Pages.class, pages));
            step();
            return result;
        });
        step();
        return done;
    }

    private <T> T mortal(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            if (CHANGING.contains(method.getName())) {
                step();
            }
            Object result;
            try {
                result = method.invoke(real, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            return switch (result) {
                case Waves waves -> mortal(Waves.class, waves);
                case Desired desired -> mortal(Desired.class, desired);
                case Statuses statuses -> mortal(Statuses.class, statuses);
                case null, default -> result;
            };
        }));
    }
}
