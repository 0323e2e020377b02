package packhorse.console.rest;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.console.report.Html;
import packhorse.core.UsageException;

/** What headers ask and answer. */
final class Headers {
    /** One strong entity tag (RFC 9110 §8.8.3): a version. */
    private static final Pattern VERSION = Pattern.compile("\"(0|[1-9][0-9]{0,17})\"");

    private static final Pattern REPLAY_KEY = Pattern.compile("[!-~]{1,128}");

    private Headers() {}

    /** What every answer says to browsers: nothing here runs, belongs into another site's, or is kept. */
    static void secure(Context context, boolean tls) {
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cache-Control", "no-store");
        if (tls) {
            context.header("Strict-Transport-Security", "max-age=31536000");
        }
    }

    /** What a report's page says to browsers besides: it may have its own style, and nothing that runs. */
    static void page(Context context) {
        context.header("Content-Security-Policy", Html.POLICY + "; frame-ancestors 'none'; sandbox");
    }

    /** Whether a page of another origin asks, as far as the browser says. */
    static boolean isForeign(Context context) {
        String site = context.header("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return true;
        }
        String origin = context.header("Origin");
        return origin != null
                && !origin.toLowerCase(Locale.ROOT)
                        .endsWith("://" + String.valueOf(context.header("Host")).toLowerCase(Locale.ROOT));
    }

    /** The version of {@code If-Match}. */
    static OptionalLong seen(Context context) {
        String header = context.header("If-Match");
        if (header == null) {
            return OptionalLong.empty();
        }
        Matcher version = VERSION.matcher(header.strip());
        if (!version.matches()) {
            throw new UsageException("If-Match: " + header + " is not one version; send the ETag that you saw,"
                    + " such as \"3\", with its quotation marks");
        }
        return OptionalLong.of(Long.parseLong(version.group(1)));
    }

    /** Whether the caller has this version already. */
    static boolean isKnown(Context context, long version) {
        return isKnown(context, tag(version));
    }

    /** Whether the caller has what this tag names already. */
    static boolean isKnown(Context context, String wanted) {
        String header = context.header("If-None-Match");
        if (header == null) {
            return false;
        }
        for (String tag : header.split(",", -1)) {
            if (tag.strip().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    static String tag(long version) {
        return "\"" + version + "\"";
    }

    /** By what the caller knows this request again. */
    static Optional<String> replayKey(Context context) {
        String key = context.header("Idempotency-Key");
        if (key == null) {
            return Optional.empty();
        }
        if (!REPLAY_KEY.matcher(key).matches()) {
            throw new UsageException("Idempotency-Key is 1 to 128 printable characters without a space");
        }
        return Optional.of(key);
    }

    /**
     * Refuses a body of another kind.
     *
     * @throws Turned where the request says that it is of another, or does not say
     */
    static void requireMediaType(Context context, String wanted) {
        String header = context.req().getContentType();
        String[] parts = header == null ? new String[] {""} : header.split(";", -1);
        boolean right = parts[0].strip().equalsIgnoreCase(wanted);
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().toLowerCase(Locale.ROOT).replace("\"", "");
            right &= !parameter.startsWith("charset=")
                    || parameter.equals(
                            "charset=" + StandardCharsets.UTF_8.name().toLowerCase(Locale.ROOT));
        }
        if (!right) {
            throw new Turned(
                    Problem.Kind.WRONG_TYPE,
                    "the body is " + (header == null ? "of no type" : header) + "; send Content-Type: " + wanted);
        }
    }
}
