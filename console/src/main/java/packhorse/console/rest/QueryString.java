package packhorse.console.rest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import packhorse.core.UsageException;

/**
 * A query read strictly: what a route does not know, what stands twice and what says nothing is refused, since whoever mistypes a filter
 * would otherwise get everything and take it for the answer.
 */
final class QueryString {
    /** No route has more parameters. */
    private static final int PAIRS_MAX = 32;

    private QueryString() {}

    /** @throws UsageException with one line */
    static Map<String, String> read(String query, List<Parameter> known) {
        Map<String, String> values = new LinkedHashMap<>();
        if (query.isEmpty()) {
            return values;
        }
        String[] pairs = query.split("&", PAIRS_MAX + 1);
        if (pairs.length > PAIRS_MAX) {
            throw new UsageException("the query has more than " + PAIRS_MAX + " parameters");
        }
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (known.stream().noneMatch(one -> one.name().equals(name))) {
                throw new UsageException("the query has an unknown parameter \"" + name + "\"; known here: "
                        + (known.isEmpty()
                                ? "none"
                                : known.stream().map(Parameter::name).collect(Collectors.joining(", "))));
            }
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (value.isEmpty()) {
                throw new UsageException("the parameter \"" + name + "\" has no value; leave it out or give it one");
            }
            if (value.length() > Parameter.LENGTH_MAX) {
                throw new UsageException("the parameter \"" + name + "\" has " + value.length()
                        + " characters, at most " + Parameter.LENGTH_MAX + " are taken");
            }
            if (values.put(name, value) != null) {
                throw new UsageException("the parameter \"" + name + "\" stands twice");
            }
        }
        return values;
    }

    private static String decode(String text) {
        try {
            String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
            if (decoded.indexOf('\uFFFD') >= 0) {
                throw new UsageException("the query is not UTF-8");
            }
            return decoded;
        } catch (IllegalArgumentException e) {
            throw new UsageException("the query has a % without two hexadecimal digits after it", e);
        }
    }
}
