package packhorse.console.fleet.rsql;

import cz.jirutka.rsql.parser.RSQLParser;
import cz.jirutka.rsql.parser.RSQLParserException;
import cz.jirutka.rsql.parser.ast.AndNode;
import cz.jirutka.rsql.parser.ast.Arity;
import cz.jirutka.rsql.parser.ast.ComparisonNode;
import cz.jirutka.rsql.parser.ast.ComparisonOperator;
import cz.jirutka.rsql.parser.ast.LogicalNode;
import cz.jirutka.rsql.parser.ast.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import packhorse.console.fleet.BadQueryException;
import packhorse.console.fleet.Field;
import packhorse.console.fleet.Fields;
import packhorse.console.fleet.Operator;
import packhorse.console.fleet.Query;
import packhorse.console.fleet.QueryReader;
import packhorse.console.fleet.Term;

/**
 * Reads RSQL: comparisons joined by {@code ;} (and) and {@code ,} (or), {@code and} binding closer, with parentheses. A value with spaces or
 * one of {@code "'();,=!~<>} is quoted.
 *
 * <p>The library says nothing of where in the text a comparison stood. In RSQL the signs of an operator stand nowhere else outside quotes, so a scan
 * for selector and operator finds the comparisons in the order in which the tree has them.
 */
public final class RsqlReader implements QueryReader {
    /** Quoted text, a comparison's head, a parenthesis; then what stands where it may not: a quote that stays open, a sign in a plain value. */
    private static final Pattern MARK =
            Pattern.compile("\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'"
                    + "|(?<selector>[^\"'();,=!~<>\\s]++)\\s*+(?<operator>=[^\"'();,=!~<>\\s]*+=|!=|[<>]=?)|(?<parenthesis>[()])"
                    + "|(?<quote>[\"'])|(?<stray>[=!<>~])");

    private static final Pattern NO_TEXT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    /** How the library says where it stopped. */
    private static final Pattern STOPPED = Pattern.compile("line \\d+, column (\\d+)");

    private static final Set<ComparisonOperator> OPERATORS = Arrays.stream(Operator.values())
            .map(operator ->
                    new ComparisonOperator(operator.symbols().toArray(String[]::new), Arity.of(0, Integer.MAX_VALUE)))
            .collect(Collectors.toUnmodifiableSet());

    /** Where a comparison's parts begin, from 1. */
    private record Head(int selector, int operator, int value) {}

    @Override
    public <R> Query<R> read(String text, Fields<R> fields) {
        if (text.isBlank()) {
            throw new BadQueryException(
                    1, "it is empty; write a selector, an operator and a value: site==berlin", null);
        }
        if (text.length() > Query.CHARS_MAX) {
            throw new BadQueryException(
                    Query.CHARS_MAX + 1,
                    "it has " + text.length() + " characters; at most " + Query.CHARS_MAX
                            + " are read; use a group or a static list",
                    null);
        }
        Matcher control = NO_TEXT.matcher(text);
        if (control.find()) {
            throw new BadQueryException(
                    control.start() + 1,
                    String.format(
                            Locale.ROOT,
                            "the control character U+%04X is no text; leave it out",
                            text.codePointAt(control.start())),
                    null);
        }
        List<Head> heads = heads(text);
        Node root = parse(text);
        Term<R> term = term(root, fields, heads.iterator());
        return at(1, () -> Query.of(term));
    }

    /** All comparisons in their order; operators are known, nesting is bounded. */
    private static List<Head> heads(String text) {
        List<Head> heads = new ArrayList<>();
        int depth = 0;
        Matcher mark = MARK.matcher(text);
        while (mark.find()) {
            String operator = mark.group("operator");
            String parenthesis = mark.group("parenthesis");
            if (mark.group("quote") != null) {
                throw new BadQueryException(mark.start() + 1, "the quote that begins here is not closed", null);
            }
            if (mark.group("stray") != null) {
                throw new BadQueryException(
                        mark.start() + 1,
                        "\"" + mark.group("stray")
                                + "\" is no operator here; write one such as == or =ge=, and a value that"
                                + " holds the sign in quotes",
                        null);
            }
            if (operator != null) {
                int column = mark.start("operator") + 1;
                at(column, () -> Operator.of(operator));
                heads.add(new Head(mark.start("selector") + 1, column, mark.end() + 1));
            } else if (parenthesis != null) {
                depth += parenthesis.equals("(") ? 1 : -1;
                if (depth > Query.DEPTH_MAX + 1) {
                    throw new BadQueryException(
                            mark.start() + 1,
                            "more than " + Query.DEPTH_MAX + " parentheses inside each other; make groups of its parts",
                            null);
                }
            }
        }
        return heads;
    }

    private static Node parse(String text) {
        try {
            return new RSQLParser(OPERATORS).parse(text);
        } catch (RSQLParserException e) {
            String message = String.valueOf(e.getMessage());
            Matcher stopped = STOPPED.matcher(message);
            if (message.contains("<EOF>\" at") || !stopped.find()) {
                throw new BadQueryException(
                        text.length() + 1, "it ends too early; a comparison looks like site==berlin", e);
            }
            int column = Math.clamp(Integer.parseInt(stopped.group(1)), 1, text.length());
            throw new BadQueryException(
                    column,
                    "\"" + shortened(text.substring(column - 1)) + "\" is not understood here; comparisons look like"
                            + " site==berlin, are joined by ; (and) or , (or), and values with spaces stand in quotes",
                    e);
        }
    }

    private static String shortened(String rest) {
        return rest.length() <= 20 ? rest : rest.substring(0, 20) + "…";
    }

    private static <R> Term<R> term(Node node, Fields<R> fields, Iterator<Head> heads) {
        if (node instanceof LogicalNode logical) {
            List<Term<R>> terms = new ArrayList<>();
            for (Node child : logical) {
                terms.add(term(child, fields, heads));
            }
            return logical instanceof AndNode ? new Term.All<>(terms) : new Term.AnyOf<>(terms);
        }
        ComparisonNode comparison = (ComparisonNode) node;
        Head head = heads.next();
        Operator operator = Operator.of(comparison.getOperator().getSymbol());
        Field<R> field = at(head.selector(), () -> fields.field(comparison.getSelector()));
        return at(head.value(), () -> fields.comparison(field, operator, comparison.getArguments()));
    }

    private static <T> T at(int column, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (BadQueryException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new BadQueryException(column, String.valueOf(e.getMessage()), e);
        }
    }
}
