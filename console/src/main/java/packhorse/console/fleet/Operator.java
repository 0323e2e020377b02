package packhorse.console.fleet;

import java.util.Arrays;
import java.util.List;

/** How a record's value is held against what a query names. */
public enum Operator {
    /** Any of the record's values is it. */
    EQUAL("=="),
    /** None of the record's values is it; so also where nothing is known. */
    NOT_EQUAL("!="),
    /** A value is greater. */
    GREATER("=gt=", ">"),
    /** A value is as great or greater. */
    AT_LEAST("=ge=", ">="),
    /** A value is less. */
    LESS("=lt=", "<"),
    /** A value is as great or less. */
    AT_MOST("=le=", "<="),
    /** Any of the record's values is one of them. */
    ONE_OF("=in="),
    /** None of the record's values is one of them; so also where nothing is known. */
    NONE_OF("=out=");

    private final String symbol;
    private final String shorter;

    Operator(String symbol) {
        this(symbol, symbol);
    }

    Operator(String symbol, String shorter) {
        this.symbol = symbol;
        this.shorter = shorter;
    }

    /** As canonical queries write it. */
    public String symbol() {
        return symbol;
    }

    /** All ways to write it. */
    public List<String> symbols() {
        return symbol.equals(shorter) ? List.of(symbol) : List.of(symbol, shorter);
    }

    /** Whether it takes a list of values. */
    public boolean takesList() {
        return this == ONE_OF || this == NONE_OF;
    }

    /** Whether it asks for greater or less. */
    public boolean isOrdering() {
        return this == GREATER || this == AT_LEAST || this == LESS || this == AT_MOST;
    }

    /** Whether it holds where no value fits. */
    boolean denies() {
        return this == NOT_EQUAL || this == NONE_OF;
    }

    /**
     * Reads a symbol.
     *
     * @throws IllegalArgumentException for one that is none, with the nearest that is
     */
    public static Operator of(String symbol) {
        for (Operator operator : values()) {
            if (operator.symbol.equals(symbol) || operator.shorter.equals(symbol)) {
                return operator;
            }
        }
        List<String> known = Arrays.stream(values()).map(Operator::symbol).toList();
        throw new IllegalArgumentException("\"" + symbol + "\" is no operator" + Nearest.hint(symbol, known) + " ("
                + String.join(" ", known) + ")");
    }
}
