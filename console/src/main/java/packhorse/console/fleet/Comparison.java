package packhorse.console.fleet;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One field held against what the query names.
 *
 * @param operands one, or several for a list
 */
public record Comparison<R>(Field<R> field, Operator operator, List<Operand> operands) implements Term<R> {
    private static final Pattern PLAIN = Pattern.compile("[^\"'();,=!~<>\\s\\\\]+");

    public Comparison {
        operands = List.copyOf(operands);
    }

    @Override
    public boolean matches(R record, Instant now) {
        for (Object value : field.values().of(record, now)) {
            for (Operand operand : operands) {
                if (fits(value, operand, now)) {
                    return !operator.denies();
                }
            }
        }
        return operator.denies();
    }

    private boolean fits(Object value, Operand operand, Instant now) {
        return switch (operator) {
            case EQUAL, NOT_EQUAL, ONE_OF, NONE_OF -> operand.is(value, now);
            case GREATER -> operand.place(value, now) > 0;
            case AT_LEAST -> operand.place(value, now) >= 0;
            case LESS -> operand.place(value, now) < 0;
            case AT_MOST -> operand.place(value, now) <= 0;
        };
    }

    @Override
    public String text() {
        String values = operands.stream()
                .map(operand -> written(operand.text()))
                .collect(Collectors.joining(",", operator.takesList() ? "(" : "", operator.takesList() ? ")" : ""));
        return field.name() + operator.symbol() + values;
    }

    private static String written(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    @Override
    public Stream<Comparison<R>> comparisons() {
        return Stream.of(this);
    }

    @Override
    public int depth() {
        return 1;
    }
}
