package packhorse.console.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One row of the routing table.
 *
 * @param verb what is done
 * @param path with parameters in braces: {@code /api/v1/orders/{order}/sign}
 * @param name of the operation, unique: {@code signOrder}
 * @param summary one line for people
 * @param access who may call it at all
 * @param parameters in path and query; every brace of the path has one
 * @param versioned whether the caller has to say which version he saw, with {@code If-Match}
 * @param body what comes along
 * @param result what comes back
 * @param secret whether what comes back is shown this once only, and so not kept for a replay
 * @param act does it
 */
record Route(
        Verb verb,
        String path,
        String name,
        String summary,
        Access access,
        List<Parameter> parameters,
        boolean versioned,
        Body body,
        Result result,
        boolean secret,
        Act act) {
    /** What every path begins with; another one means another contract. */
    static final String BASE = "/api/v1";

    private static final Pattern BRACES = Pattern.compile("\\{([a-zA-Z]+)}");

    /** Does what was asked. */
    @FunctionalInterface
    interface Act {
        Answer on(Call call);
    }

    Route {
        parameters = List.copyOf(parameters);
        List<String> inPath = new ArrayList<>();
        for (Matcher brace = BRACES.matcher(path); brace.find(); ) {
            inPath.add(brace.group(1));
        }
        List<String> said = parameters.stream()
                .filter(one -> one.place() == Parameter.Place.PATH)
                .map(Parameter::name)
                .toList();
        if (!inPath.equals(said)) {
            throw new IllegalArgumentException(
                    name + ": the path " + path + " has the parameters " + inPath + ", but these are told: " + said);
        }
        if (versioned && !verb.changes()) {
            throw new IllegalArgumentException(name + " changes nothing, so it needs no version");
        }
    }

    /** The parameters of the query. */
    List<Parameter> query() {
        return parameters.stream()
                .filter(one -> one.place() == Parameter.Place.QUERY)
                .toList();
    }

    /** Where what it adds is found, where it adds something with a place of its own. */
    Optional<String> placeOf(String id) {
        return result instanceof Result.One one ? one.collection().map(all -> all + "/" + id) : Optional.empty();
    }

    /** Begins a row. */
    static Draft get(String path, String name, String summary) {
        return new Draft(Verb.GET, BASE + path, name, summary);
    }

    /** Begins a row. */
    static Draft post(String path, String name, String summary) {
        return new Draft(Verb.POST, BASE + path, name, summary);
    }

    /** Begins a row. */
    static Draft put(String path, String name, String summary) {
        return new Draft(Verb.PUT, BASE + path, name, summary);
    }

    /** Begins a row. */
    static Draft delete(String path, String name, String summary) {
        return new Draft(Verb.DELETE, BASE + path, name, summary);
    }

    /** Begins a row outside of the interface's versions, for whoever watches. */
    static Draft watch(String path, String name, String summary) {
        return new Draft(Verb.GET, path, name, summary);
    }

    /** A row that is being written. */
    static final class Draft {
        private final Verb verb;
        private final String path;
        private final String name;
        private final String summary;
        private final List<Parameter> parameters = new ArrayList<>();
        private Access access = Access.staff();
        private boolean versioned;
        private Body body = new Body.None();
        private Result result = new Result.None();
        private boolean secret;

        private Draft(Verb verb, String path, String name, String summary) {
            this.verb = verb;
            this.path = path;
            this.name = name;
            this.summary = summary;
        }

        Draft access(Access to) {
            access = to;
            return this;
        }

        /** A parameter of the path. */
        Draft with(String parameter, String meaning) {
            parameters.add(Parameter.path(parameter, meaning));
            return this;
        }

        /** A parameter of the query. */
        Draft asking(String parameter, Parameter.Type type, String meaning) {
            parameters.add(Parameter.query(parameter, type, meaning));
            return this;
        }

        /** The caller says which version he saw. */
        Draft versioned() {
            versioned = true;
            return this;
        }

        Draft body(Class<?> type) {
            body = new Body.Json(type);
            return this;
        }

        Draft file(String mediaType, int bytesMax) {
            body = new Body.File(mediaType, bytesMax);
            return this;
        }

        Draft file(String mediaType) {
            body = new Body.File(mediaType, Body.FILE_BYTES_MAX);
            return this;
        }

        /** Answers with a value. */
        Draft one(Class<?> type) {
            result = new Result.One(type, false, Optional.empty());
            return this;
        }

        /** Answers with what the ledger has of it. */
        Draft stored(Class<?> type) {
            result = new Result.One(type, true, Optional.empty());
            return this;
        }

        /** Answers with what the ledger has of it, which is new, and found in {@code collection} from now on. */
        Draft created(Class<?> type, String collection) {
            result = new Result.One(type, true, Optional.of(BASE + collection));
            return this;
        }

        /** Answers with a page of plain values. */
        Draft page(Class<?> type) {
            result = new Result.Listed(type, false);
            return paged();
        }

        /** Answers with a page of what the ledger has. */
        Draft storedPage(Class<?> type) {
            result = new Result.Listed(type, true);
            return paged();
        }

        /** Answers with all of what the ledger has, of which there are few. */
        Draft storedList(Class<?> type) {
            result = new Result.Listed(type, true);
            return this;
        }

        private Draft paged() {
            asking("after", Parameter.Type.TEXT, "Where the page before ended: its \"next\".");
            return asking("limit", Parameter.Type.COUNT, "How many at most, 1 to " + Call.LIMIT_MAX + ".");
        }

        /** Answers with a file, of one of these types. */
        Draft answersFile(String... mediaTypes) {
            result = new Result.File(List.of(mediaTypes));
            return this;
        }

        /** What it answers is shown once. */
        Draft secret() {
            secret = true;
            return this;
        }

        Draft events() {
            result = new Result.Events();
            return this;
        }

        /** Ends the row. */
        Route does(Act act) {
            List<Parameter> ordered = Stream.concat(
                            parameters.stream().filter(one -> one.place() == Parameter.Place.PATH),
                            parameters.stream().filter(one -> one.place() == Parameter.Place.QUERY))
                    .toList();
            return new Route(verb, path, name, summary, access, ordered, versioned, body, result, secret, act);
        }
    }
}
